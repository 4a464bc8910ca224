import { describe, expect, test } from '@jest/globals';
import { adoptingDeployment, otherAccount, ownAccount } from '../../testkit/aws/adopting-deployment.ts';
import { synthesize } from '../../testkit/aws/platform-templates.ts';

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
}

const deployment = adoptingDeployment();
const { templates, assembly } = synthesize(deployment);
const stackNames = [...templates.keys()];
const resourcesOf = (stack: string): [string, Resource][] =>
  Object.entries((templates.get(stack)?.toJSON().Resources ?? {}) as Record<string, Resource>);
const all = stackNames.flatMap((stack) => resourcesOf(stack));
const ofType = (type: string, stack?: string) =>
  (stack === undefined ? all : resourcesOf(stack)).filter(([, { Type }]) => Type === type);
const statementsOf = (stack: string) =>
  resourcesOf(stack).flatMap(([, { Properties }]) => {
    const document = Properties?.PolicyDocument as { Statement: Record<string, unknown>[] } | undefined;
    return document?.Statement ?? [];
  });

const [near, far] = deployment.regions.map(({ name }) => `${deployment.name}-${name}`) as [string, string];
const edge = `${deployment.name}-edge`;

describe('a deployment into accounts that are in use', () => {
  test('has a pop in each account, and asks AWS nothing while it is synthesized', () => {
    expect(stackNames.map((name) => [name, assembly.getStackByName(name).environment.account])).toEqual([
      [`${deployment.name}-pop`, ownAccount],
      [`${deployment.name}-pop-${otherAccount}`, otherAccount],
      [edge, ownAccount],
      [near, ownAccount],
      [far, otherAccount],
    ]);
    expect(assembly.manifest.missing ?? []).toEqual([]);
  });

  test('bounds every role, also those of the CDK’s own functions', () => {
    const roles = ofType('AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(30);
    for (const [id, { Properties }] of roles) {
      expect([id, JSON.stringify(Properties?.PermissionsBoundary)]).toEqual([
        id,
        expect.stringContaining(':policy/teams/live-boundary'),
      ]);
    }
  });

  test('is published through the bootstrap stack that the file names', () => {
    for (const name of stackNames) {
      expect(assembly.getStackByName(name).assumeRoleArn).toContain(':role/cdk-live0-deploy-role-');
    }
    expect(JSON.stringify(stackNames.map((name) => templates.get(name)?.toJSON()))).not.toContain(
      'hnb659fds',
    );
  });
});

/** Types that AWS can't tag; every other resource must carry the deployment's tags. */
const untaggable = new Set([
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::ApplicationAutoScaling::ScalingPolicy',
  'AWS::CDK::Metadata',
  'AWS::CloudFront::CachePolicy',
  'AWS::CloudFront::Function',
  'AWS::CloudFront::KeyValueStore',
  'AWS::CloudFront::MonitoringSubscription',
  'AWS::CloudFront::OriginAccessControl',
  'AWS::CloudFront::RealtimeLogConfig',
  'AWS::CloudFront::ResponseHeadersPolicy',
  'AWS::CloudWatch::Dashboard',
  'AWS::EC2::Route',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::ECS::ClusterCapacityProviderAssociations',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::Events::Archive',
  'AWS::GlobalAccelerator::EndpointGroup',
  'AWS::GlobalAccelerator::Listener',
  'AWS::IAM::InstanceProfile',
  'AWS::IAM::Policy',
  'AWS::KMS::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::LayerVersion',
  'AWS::Lambda::Permission',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::ResourcePolicy',
  'AWS::S3::BucketPolicy',
  'AWS::Lambda::Url',
  'AWS::SNS::Subscription',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::SecretsManager::RotationSchedule',
  'AWS::WAFv2::LoggingConfiguration',
]);

/** Tags as pairs, whichever of CloudFormation's forms a type uses. */
function tagsOf({ Properties = {} }: Resource): Record<string, unknown> {
  const specified = (Properties.TagSpecifications as { Tags: object[] }[] | undefined)?.[0]?.Tags;
  const found = Properties.Tags ?? specified ?? {};
  if (!Array.isArray(found)) return found as Record<string, unknown>;
  return Object.fromEntries(found.map(({ Key, Value }) => [Key, Value]));
}

test('every resource that AWS can tag carries the tags of the file and of the deployment', () => {
  const expected = { ...deployment.tags, 'headwater:deployment': deployment.name };
  for (const name of stackNames) expect(assembly.getStackByName(name).tags).toEqual(expected);
  const untagged = all.filter(([id, resource]) => {
    const { Type } = resource;
    // These get the stack's tags: budgets, and the CDK's own functions.
    if (Type === 'AWS::Budgets::Budget') return false;
    if (id.startsWith('Custom') && ['AWS::IAM::Role', 'AWS::Lambda::Function'].includes(Type)) return false;
    if (Type.startsWith('Custom::') || Type.startsWith('AWS::CloudFormation::') || untaggable.has(Type)) {
      return false;
    }
    const tags = tagsOf(resource);
    return Object.entries(expected).some(([key, value]) => tags[key] !== value);
  });
  expect([...new Set(untagged.map(([, { Type }]) => Type))]).toEqual([]);
});

describe('an existing VPC', () => {
  test('is neither created nor changed, apart from endpoints and flow logs', () => {
    const network = ['VPC', 'Subnet', 'RouteTable', 'Route', 'InternetGateway', 'NatGateway', 'EIP'];
    for (const type of network) expect([type, ofType(`AWS::EC2::${type}`, near)]).toEqual([type, []]);
    expect(ofType('Custom::VpcRestrictDefaultSG', near)).toEqual([]);
    expect(ofType('AWS::EC2::FlowLog', near)).toHaveLength(1);
  });

  test('holds everything that has a network', () => {
    const groups = ofType('AWS::EC2::SecurityGroup', near);
    expect(groups.length).toBeGreaterThan(5);
    for (const [, { Properties }] of groups) expect(Properties?.VpcId).toBe('vpc-0a000001');
    const cell = ['subnet-0a000001', 'subnet-0a000002'];
    const [[, balancer]] = ofType('AWS::ElasticLoadBalancingV2::LoadBalancer', near) as [[string, Resource]];
    expect(balancer.Properties?.Subnets).toEqual(cell);
    const subnets = ofType('AWS::ECS::Service', near).map(
      ([, { Properties }]) =>
        (Properties as { NetworkConfiguration: { AwsvpcConfiguration: { Subnets: string[] } } })
          .NetworkConfiguration.AwsvpcConfiguration.Subnets,
    );
    expect(subnets).toEqual([['subnet-0b000001', 'subnet-0b000002'], cell, cell, cell]);
    const [[, group]] = ofType('AWS::AutoScaling::AutoScalingGroup', near) as [[string, Resource]];
    expect(group.Properties?.VPCZoneIdentifier).toEqual(cell);
  });

  test('gets endpoints in the subnets and route tables that the file names', () => {
    const endpoints = ofType('AWS::EC2::VPCEndpoint', near).map(([, { Properties }]) => Properties);
    expect(endpoints.flatMap((endpoint) => (endpoint?.RouteTableIds as string[] | undefined) ?? [])).toEqual(
      expect.arrayContaining(['rtb-0a000001', 'rtb-0a000002', 'rtb-0b000001', 'rtb-0b000002']),
    );
  });

  test('without createEndpoints gets none', () => {
    const subnets = [1, 2].map((zone) => ({ zoneId: `apse2-az${zone}`, id: `subnet-0a00000${zone}` }));
    const regions = [{ name: 'ap-southeast-2', vpc: { id: 'vpc-0a000001', subnets } }];
    const plain = synthesize(adoptingDeployment({ simulcast: false, regions }), { validate: false });
    plain.templates.get(near)?.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
  });
});

test('a new VPC has the zones and the network that the file names', () => {
  const subnets = ofType('AWS::EC2::Subnet', far).map(([, { Properties }]) => Properties ?? {});
  expect(subnets.length).toBeGreaterThan(3);
  for (const subnet of subnets) {
    expect(subnet).not.toHaveProperty('AvailabilityZone');
    expect(['apne1-az1', 'apne1-az4']).toContain(subnet.AvailabilityZoneId);
    expect(subnet.CidrBlock).toMatch(/^10\.2\.(\d|[1-5]\d|6[0-3])\./);
  }
  expect(new Set(subnets.map(({ AvailabilityZoneId }) => AvailabilityZoneId)).size).toBe(2);
  const [[, vpc]] = ofType('AWS::EC2::VPC', far) as [[string, Resource]];
  expect(vpc.Properties?.CidrBlock).toBe('10.2.0.0/18');
});

describe('a region in another account', () => {
  const roles = ['parameters', 'control'].map(
    (end) => `arn:aws:iam::${ownAccount}:role/${deployment.name}-edge-${end}`,
  );

  test('is read by the edge’s distribution', () => {
    const bucket = `${deployment.name}-origin-${otherAccount}-ap-northeast-1`;
    expect(JSON.stringify(ofType('AWS::CloudFront::Distribution', edge))).toContain(
      `${bucket}.s3.ap-northeast-1.`,
    );
    const names = ofType('AWS::S3::Bucket', far).map(([, { Properties }]) => Properties?.BucketName);
    expect(names).toContain(bucket);
    expect(statementsOf(far)).toContainEqual(
      expect.objectContaining({
        Sid: 'EdgeReads',
        Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:cloudfront::${ownAccount}:distribution/*` } },
      }),
    );
  });

  test('reaches parameters, distribution and store through the edge’s roles only', () => {
    const allowed = statementsOf(far);
    expect(
      new Set(allowed.filter(({ Action }) => Action === 'sts:AssumeRole').map(({ Resource }) => Resource)),
    ).toEqual(new Set(roles));
    const text = JSON.stringify(allowed);
    expect(text).not.toContain('cloudfront:CreateInvalidation');
    expect(text).not.toContain('cloudfront-keyvaluestore:');
    expect(text).not.toContain('/edge/');
    const reads = ofType('Custom::RemoteParameter', far).map(([, { Properties }]) =>
      JSON.stringify(Properties),
    );
    expect(
      reads.filter((read) => read.includes('/edge/')).every((read) => read.includes(roles[0] ?? '')),
    ).toBe(true);
    // Those of the pop are in its own account.
    expect(reads.filter((read) => read.includes('/pop/'))).toHaveLength(4);
    expect(reads.filter((read) => read.includes('/pop/')).join()).not.toContain('assumedRoleArn');
  });

  test('tells its functions which role to assume', () => {
    const variables = JSON.stringify(ofType('AWS::Lambda::Function', far));
    expect(variables.split(`,${roles[1]}`)).toHaveLength(3);
    expect(variables).toContain(`"HEADWATER_EDGE_ROLE":"${roles[1]}"`);
    expect(JSON.stringify(ofType('AWS::Lambda::Function', near))).not.toContain(':role/');
  });

  test('is trusted by these roles if the caller has the deployment’s tag', () => {
    const trusted = ofType('AWS::IAM::Role', edge).filter(([, { Properties }]) => Properties?.RoleName);
    expect(trusted.map(([, { Properties }]) => Properties?.RoleName)).toEqual(
      roles.map((arn) => arn.slice(arn.indexOf('/') + 1)),
    );
    for (const [, { Properties }] of trusted) {
      expect(Properties?.AssumeRolePolicyDocument).toMatchObject({
        Statement: [
          {
            Principal: { AWS: `arn:aws:iam::${otherAccount}:root` },
            Condition: {
              StringEquals: { 'aws:PrincipalTag/headwater:deployment': deployment.name },
            },
          },
        ],
      });
    }
  });

  test('has a budget of its own, and no graphs of the edge’s metrics, which are elsewhere', () => {
    expect(ofType('AWS::Budgets::Budget', `${deployment.name}-pop-${otherAccount}`)).toHaveLength(1);
    expect(ofType('AWS::Budgets::Budget', `${deployment.name}-pop`)).toHaveLength(0);
    expect(ofType('AWS::Budgets::Budget', edge)).toHaveLength(1);
    const dashboard = (stack: string) => JSON.stringify(ofType('AWS::CloudWatch::Dashboard', stack));
    expect(dashboard(near)).toContain('AWS/CloudFront');
    expect(dashboard(far)).not.toContain('AWS/CloudFront');
  });
});
