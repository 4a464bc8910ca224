import { describe, expect, test } from '@jest/globals';
import { adoptingDeployment } from '../../testkit/aws/adopting-deployment.ts';
import { fullDeployment, synthesize } from '../../testkit/aws/platform-templates.ts';

/** How long a name may be. A property that is named in a template but not here fails the tests. */
const limits: Readonly<Record<string, number>> = {
  'AWS::ApiGatewayV2::Api.Name': 128,
  'AWS::ApplicationAutoScaling::ScalingPolicy.PolicyName': 256,
  'AWS::Budgets::Budget.Budget.BudgetName': 100,
  'AWS::CertificateManager::Certificate.DomainName': 64,
  'AWS::CloudFront::CachePolicy.CachePolicyConfig.Name': 128,
  'AWS::CloudFront::Function.Name': 64,
  'AWS::CloudFront::KeyValueStore.Name': 64,
  'AWS::CloudFront::OriginAccessControl.OriginAccessControlConfig.Name': 64,
  'AWS::CloudFront::RealtimeLogConfig.Name': 64,
  'AWS::CloudFront::ResponseHeadersPolicy.ResponseHeadersPolicyConfig.Name': 128,
  'AWS::CloudFront::VpcOrigin.VpcOriginEndpointConfig.Name': 64,
  'AWS::CloudWatch::Alarm.AlarmName': 255,
  'AWS::CloudWatch::Dashboard.DashboardName': 255,
  'AWS::DynamoDB::Table.TableName': 255,
  'AWS::ECS::Cluster.ClusterName': 255,
  'AWS::ECS::TaskDefinition.Family': 255,
  'AWS::Events::Archive.ArchiveName': 48,
  'AWS::Events::EventBus.Name': 256,
  'AWS::GlobalAccelerator::Accelerator.Name': 64,
  'AWS::IAM::Role.RoleName': 64,
  'AWS::KMS::Alias.AliasName': 256,
  'AWS::Kinesis::Stream.Name': 128,
  'AWS::Logs::DeliveryDestination.Name': 60,
  'AWS::Logs::DeliverySource.Name': 60,
  'AWS::Logs::LogGroup.LogGroupName': 512,
  'AWS::Logs::ResourcePolicy.PolicyName': 256,
  'AWS::S3::Bucket.BucketName': 63,
  'AWS::Route53::RecordSet.Name': 255,
  'AWS::SNS::Topic.DisplayName': 100,
  'AWS::SNS::Topic.TopicName': 256,
  'AWS::SecretsManager::Secret.Name': 512,
  'AWS::SSM::Parameter.Name': 1011,
  'AWS::WAFv2::WebACL.Name': 128,
  'AWS::WAFv2::WebACL.VisibilityConfig.MetricName': 128,
};

/** These name no resource: several may have the same. */
const notUnique = /(DomainName|RecordSet\.Name|DisplayName|MetricName)$/;

/** CloudFormation's own names for these are longer than the service allows, so they must have one. */
const mustBeNamed = new Set(['AWS::Events::Archive']);

/** Their names are the same in every region of an account, or in all accounts. */
const isGlobal = (type: string): boolean =>
  /^AWS::(Budgets|CloudFront|GlobalAccelerator|IAM)::/.test(type) || type === 'AWS::S3::Bucket';

interface Named {
  readonly property: string;
  /** Within which the name must be unique. */
  readonly scope: string;
  readonly name: string;
}

/** Every name that a deployment gives to a resource of its own. */
function namesOf({ templates, assembly }: ReturnType<typeof synthesize>, deployment: string): Named[] {
  return [...templates].flatMap(([stack, template]) => {
    const { account, region } = assembly.getStackByName(stack).environment;
    const resources: Record<string, { Type: string; Properties?: Record<string, unknown> }> =
      template.toJSON().Resources;
    return Object.values(resources).flatMap(({ Type, Properties = {} }) => {
      if (Type.startsWith('Custom::')) return [];
      const scope = isGlobal(Type) ? Type : `${Type} ${account} ${region}`;
      const named = (path: string, of: Record<string, unknown>): Named[] =>
        Object.entries(of).flatMap(([key, name]) =>
          /(^|[a-z])(Name|Family)$/.test(key) && typeof name === 'string' && name.includes(deployment)
            ? [{ property: `${path}.${key}`, scope, name }]
            : [],
        );
      const inner = Object.entries(Properties).flatMap(([key, value]) =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? named(`${Type}.${key}`, value as Record<string, unknown>)
          : [],
      );
      return [...named(Type, Properties), ...inner];
    });
  });
}

const long = synthesize(adoptingDeployment(), { validate: false });
const regions = [{ name: 'eu-central-1' }, { name: 'us-east-1' }];
const sideBySide = ['live', 'live-staging'].map((name) => {
  const domain = { name: `${name}.example.com`, hostedZoneId: 'Z0123456789ABCDEFGHIJ' };
  return { name, made: synthesize(fullDeployment({ name, regions, domain }), { validate: false }) };
});
const [production, staging] = sideBySide.map(({ name, made }) => namesOf(made, name)) as [Named[], Named[]];

describe('names', () => {
  const names = namesOf(long, adoptingDeployment().name);

  test('are as long as their service allows, with the longest name of a deployment and of a region', () => {
    expect(names.length).toBeGreaterThan(80);
    const unknown = [...names, ...production].filter(({ property }) => limits[property] === undefined);
    expect([...new Set(unknown.map(({ property }) => property))]).toEqual([]);
    // No region's name is longer than ap-southeast-2's, but the deployment file admits 17 characters.
    const rest = 17 - 'ap-southeast-2'.length;
    const tooLong = names.filter(({ property, name }) => name.length + rest > (limits[property] ?? 0));
    expect(tooLong.map(({ property, name }) => `${property}: ${name}`)).toEqual([]);
  });

  test('are not left to CloudFormation where its own would be too long', () => {
    for (const template of long.templates.values()) {
      for (const type of mustBeNamed) {
        for (const [id, { Properties }] of Object.entries(template.findResources(type))) {
          expect([id, Object.keys(Properties).some((key) => key.endsWith('Name'))]).toEqual([id, true]);
        }
      }
    }
  });
});

describe('two deployments in one account', () => {
  const keys = (names: Named[]) =>
    names.filter(({ property }) => !notUnique.test(property)).map(({ scope, name }) => `${scope}: ${name}`);

  test('share no name, nor do the stacks of one', () => {
    expect(production.length).toBeGreaterThan(80);
    expect(new Set(keys(production)).size).toBe(keys(production).length);
    const taken = new Set(keys(production));
    expect(keys(staging).filter((key) => taken.has(key))).toEqual([]);
  });

  test('share no name, whatever the other is called', () => {
    // `live` + `-page-x` would be `live-page` + `-x`: no name's end may be the end of another's.
    const ends = Map.groupBy(
      production.filter(({ name }) => name.startsWith('live-')),
      ({ scope }) => scope,
    );
    for (const [scope, named] of ends) {
      const all = [...new Set(named.map(({ name }) => name.slice('live'.length)))];
      const doubtful = all.filter((end) =>
        all.some((other) => end !== other && end.endsWith(other) && /^-[a-z0-9-]+$/.test(end)),
      );
      expect([scope, doubtful]).toEqual([scope, []]);
    }
  });

  test('create nothing of which an account has only one', () => {
    const singletons = [
      'AWS::ApiGateway::Account',
      'AWS::IAM::ServiceLinkedRole',
      'AWS::S3::AccountPublicAccessBlock',
      'AWS::XRay::ResourcePolicy',
      'AWS::ECR::RegistryPolicy',
    ];
    for (const { made } of sideBySide) {
      for (const template of made.templates.values()) {
        for (const type of singletons) template.resourceCountIs(type, 0);
      }
    }
  });

  test('have stacks of different names', () => {
    const stacks = sideBySide.flatMap(({ made }) => [...made.templates.keys()]);
    expect(new Set(stacks).size).toBe(stacks.length);
  });
});
