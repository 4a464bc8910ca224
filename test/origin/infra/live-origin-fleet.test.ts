import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { controlTables } from '../../../lib/control-store/tables.ts';
import { heldTiming } from '../../../lib/edge/policy/upstream/held.ts';
import { actionsOf, statementsOf } from '../../../testkit/aws/permissions.ts';
import { synthesize } from '../../../testkit/aws/platform-templates.ts';
import { testDeployment } from '../../../testkit/aws/template.ts';

const templatesOf = (fields: object = {}) =>
  synthesize(testDeployment(fields), { validate: false }).templates;
const region = (fields?: object) => templatesOf(fields).get('headwater-eu-central-1')!;
const cell = region();
const edge = templatesOf().get('headwater-edge')!;
const idOf = (type: string, part: string) =>
  Object.keys(cell.findResources(type)).find((id) => id.includes(part)) ?? '';

describe('live origins', () => {
  const environment = () => {
    const [task] = Object.values(cell.findResources('AWS::ECS::TaskDefinition')).filter(({ Properties }) =>
      Properties.ContainerDefinitions.some(({ Name }: { Name: string }) => Name === 'live-origin'),
    );
    const [container] = task?.Properties.ContainerDefinitions ?? [];
    return Object.fromEntries(
      container.Environment.map(({ Name, Value }: { Name: string; Value: unknown }) => [Name, Value]),
    );
  };

  test('are the edge’s program in its third role, with the leases and the relay keys', () => {
    expect(environment()).toMatchObject({
      HEADWATER_ROLE: 'live-origin',
      HEADWATER_PORT: '8090',
      HEADWATER_HEALTH_PORT: '8080',
      HEADWATER_CONTROL_STORE: 'dynamodb:headwater',
      HEADWATER_RELAY_KEYS: expect.anything(),
    });
  });

  test('read leases, the fleet and one secret, and may do nothing else', () => {
    const actions = actionsOf(statementsOf(cell, 'LiveOriginTaskTaskRole'));
    expect(actions).toEqual([
      'dynamodb:GetItem',
      'dynamodb:Query',
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'secretsmanager:GetSecretValue',
    ]);
    const tables = JSON.stringify(
      statementsOf(cell, 'LiveOriginTaskTaskRole').map(({ Resource }) => Resource),
    );
    for (const end of Object.keys(controlTables))
      expect([end, tables.includes(`ControlTables${end}`)]).toEqual([end, ['leases', 'fleet'].includes(end)]);
  });

  test('are reached by their balancer alone, and it by CloudFront’s addresses alone', () => {
    const into = (group: string) =>
      Object.values(cell.findResources('AWS::EC2::SecurityGroupIngress'))
        .map(({ Properties }) => Properties)
        .filter(({ GroupId }) => JSON.stringify(GroupId).includes(group));
    const balancer = idOf('AWS::EC2::SecurityGroup', 'LiveOriginBalancerSecurityGroup');
    const live = idOf('AWS::EC2::SecurityGroup', 'LiveOriginSecurityGroup');
    expect(into(balancer)).toEqual([
      expect.objectContaining({ FromPort: 80, SourcePrefixListId: expect.anything() }),
    ]);
    expect(
      into(live)
        .map(({ FromPort }) => FromPort)
        .sort(),
    ).toEqual([8080, 8090]);
    for (const { SourceSecurityGroupId } of into(live))
      expect(JSON.stringify(SourceSecurityGroupId)).toContain(balancer);
    const media = Object.values(cell.findResources('AWS::EC2::SecurityGroupIngress'))
      .map(({ Properties }) => Properties)
      .filter(({ FromPort }) => FromPort === 1950);
    expect(media).toHaveLength(1);
    expect(JSON.stringify(media[0]?.SourceSecurityGroupId)).toContain(live);
  });

  test('are at least two, replaced one after the other, and more by CPU', () => {
    cell.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity: 2,
      MaxCapacity: 20,
    });
    const scaled = Object.values(cell.findResources('AWS::ApplicationAutoScaling::ScalingPolicy'))
      .filter(({ Properties }) => JSON.stringify(Properties.ScalingTargetId).includes('LiveOrigin'))
      .map(({ Properties }) => Properties.TargetTrackingScalingPolicyConfiguration);
    expect(scaled).toEqual([
      expect.objectContaining({
        TargetValue: 50,
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
      }),
    ]);
  });

  test('hold requests for longer than any balancer’s idle time would allow by default', () => {
    const [listener] = Object.values(cell.findResources('AWS::ElasticLoadBalancingV2::Listener')).filter(
      ({ Properties }) => Properties.Port === 80,
    );
    const [idle] = listener?.Properties.ListenerAttributes ?? [];
    expect(Number(idle.Value) * 1_000).toBeGreaterThan(10 * heldTiming.liveOriginMs);
  });
});

describe('CloudFront’s way to them', () => {
  const calls = Object.entries(cell.findResources('Custom::LiveOrigin'));
  const [vpcOriginId = '', vpcOrigin] =
    Object.entries(cell.findResources('AWS::CloudFront::VpcOrigin'))[0] ?? [];
  const of = (step: string) => calls.find(([, { Properties }]) => Properties.step === step) ?? [];

  test('is an internal balancer without TLS, which CloudFront insists on', () => {
    expect(vpcOrigin?.Properties.VpcOriginEndpointConfig).toMatchObject({
      HTTPPort: 80,
      OriginProtocolPolicy: 'http-only',
    });
    cell.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Scheme: 'internal',
      SecurityGroups: [
        Match.objectLike({ 'Fn::GetAtt': Match.arrayWith([Match.stringLikeRegexp('LiveOrigin')]) }),
      ],
    });
  });

  test('is opened once live origins run, with each deploy, and closed before the VPC origin goes', () => {
    const [, attached] = of('attach');
    expect(attached?.DependsOn).toEqual(
      expect.arrayContaining([vpcOriginId, idOf('AWS::ECS::Service', 'LiveOriginService')]),
    );
    expect(attached?.Properties).toMatchObject({ region: 'eu-central-1', deployedAt: expect.any(String) });
  });

  test('is closed before its tags change: CloudFront refuses that while it is open', () => {
    const [releaseId] = of('release');
    expect(vpcOrigin?.DependsOn).toContain(releaseId);
    const tagged = region({ tags: { team: 'live' } });
    const release = (template: typeof cell) =>
      Object.values(template.findResources('Custom::LiveOrigin')).find(
        ({ Properties }) => Properties.step === 'release',
      )?.Properties.of;
    expect(release(tagged)).not.toEqual(release(cell));
    // And before another balancer takes its place.
    expect(JSON.stringify(release(cell))).toContain(
      JSON.stringify(vpcOrigin?.Properties.VpcOriginEndpointConfig.Arn),
    );
  });

  test('is opened before workers stop writing each playlist into the bucket', () => {
    const [attachedId] = of('attach');
    const workers = cell.toJSON().Resources[idOf('AWS::ECS::Service', 'CpuEncoder')];
    expect(workers.DependsOn).toContain(attachedId);
  });

  test('is opened again while the edge’s distribution is updated, and after a rollback of that', () => {
    const [distributionType] = Object.values(edge.findResources('AWS::CloudFront::Distribution')).map(
      ({ Type }) => Type,
    );
    const rules = Object.values(edge.findResources('AWS::Events::Rule')).map(({ Properties }) => Properties);
    expect(
      rules.map(({ EventPattern: { detail }, Targets: [target] }) => [
        detail['stack-id'],
        detail['resource-type'],
        detail['status-details'].status,
        JSON.parse(target.Input),
      ]),
    ).toEqual([
      [
        [{ Ref: 'AWS::StackId' }],
        [distributionType],
        ['UPDATE_IN_PROGRESS'],
        { step: 'watch', regions: ['eu-central-1'] },
      ],
      [
        [{ Ref: 'AWS::StackId' }],
        [distributionType],
        ['UPDATE_COMPLETE', 'UPDATE_FAILED'],
        { step: 'reattach', regions: ['eu-central-1'] },
      ],
    ]);
  });

  test('is opened again after each deploy of the edge, for all regions', () => {
    const [again] = Object.values(edge.findResources('Custom::LiveOrigin'));
    expect(again?.Properties).toMatchObject({ step: 'reattach', regions: ['eu-central-1'] });
    const [distributionId = ''] = Object.keys(edge.findResources('AWS::CloudFront::Distribution'));
    expect(again?.DependsOn).toContain(distributionId);
  });
});

describe('there are none', () => {
  const types = (template: typeof cell) => [
    Object.keys(template.findResources('AWS::CloudFront::VpcOrigin')).length,
    Object.keys(template.findResources('AWS::ElasticLoadBalancingV2::LoadBalancer')).length,
  ];

  test('with standard latency', () => {
    const made = templatesOf({ latency: 'standard' });
    expect(types(made.get('headwater-eu-central-1')!)).toEqual([0, 1]);
    expect(made.get('headwater-edge')!.findResources('AWS::Events::Rule')).toEqual({});
  });

  test('in an account that the edge is not in, nor where CloudFront offers none', () => {
    const regions = [
      { name: 'eu-central-1' },
      { name: 'us-east-2', account: '444455556666' },
      { name: 'ap-southeast-6' },
    ];
    const made = templatesOf({ regions });
    expect(regions.map(({ name }) => types(made.get(`headwater-${name}`)!))).toEqual([
      [1, 2],
      [0, 1],
      [0, 1],
    ]);
  });
});
