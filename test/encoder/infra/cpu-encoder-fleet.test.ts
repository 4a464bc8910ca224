import { describe, expect, test } from '@jest/globals';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { defaultLadder } from '../../../lib/config/ladder.ts';
import { encoderWorkerCodec } from '../../../lib/config/programs/encoder-worker.ts';
import { programCodec } from '../../../lib/config/programs/program.ts';
import { CpuEncoderFleet } from '../../../lib/encoder/infra/cpu-encoder-fleet.ts';
import { templateOf, testDeployment } from '../../../testkit/aws/template.ts';
import { environmentOf, fleetProps, only } from './fleet-stack.ts';

function fleetOf(cpuEncoders: object = {}): Template {
  const { compute } = testDeployment({ compute: { cpuEncoders } });
  return templateOf((stack) => {
    new CpuEncoderFleet(stack, 'Encoder', { ...fleetProps(stack), size: compute.cpuEncoders });
  });
}

const event = { name: 'final', from: '2026-12-19T17:00:00Z', until: '2026-12-19T22:00:00Z', streams: 12 };

/** The fleet's limits, and what changes them, in a template of this time. */
function scalingAt(time: string) {
  const { compute } = testDeployment({ compute: { cpuEncoders: { streams: 3, minTasks: 4, maxTasks: 20 } } });
  const template = templateOf((stack) => {
    const nowMs = Date.parse(time);
    const size = compute.cpuEncoders;
    new CpuEncoderFleet(stack, 'Encoder', { ...fleetProps(stack), size, events: [event], nowMs });
  });
  return only(template, 'AWS::ApplicationAutoScaling::ScalableTarget');
}

describe('the fleet of encoder workers without a GPU', () => {
  const template = fleetOf({ streams: 3, minTasks: 4, maxTasks: 20, spotPercent: 60 });
  const task = only(template, 'AWS::ECS::TaskDefinition');
  const service = only(template, 'AWS::ECS::Service');
  const [container] = task.ContainerDefinitions;

  test('runs on Fargate on ARM64, in private subnets', () => {
    expect(task).toMatchObject({
      Cpu: '4096',
      Memory: '8192',
      NetworkMode: 'awsvpc',
      RequiresCompatibilities: ['FARGATE'],
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
    });
    expect(service.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp).toBe('DISABLED');
  });

  test('runs its minimum on demand, and the configured share of the rest on Spot', () => {
    expect(service.CapacityProviderStrategy).toEqual([
      { CapacityProvider: 'FARGATE', Base: 4, Weight: 40 },
      { CapacityProvider: 'FARGATE_SPOT', Weight: 60 },
    ]);
    expect(only(fleetOf(), 'AWS::ECS::Service').CapacityProviderStrategy).toEqual([
      { CapacityProvider: 'FARGATE', Base: 2, Weight: 100 },
    ]);
    // A provider of weight 0 would take not even its base.
    const [steady] = only(fleetOf({ spotPercent: 100 }), 'AWS::ECS::Service').CapacityProviderStrategy;
    expect(steady).toMatchObject({ CapacityProvider: 'FARGATE', Weight: 1 });
  });

  test('passes the program what its codec reads', () => {
    const environment = environmentOf(container);
    expect(encoderWorkerCodec.decode(environment)).toMatchObject({
      host: '0.0.0.0',
      relayPort: 1940,
      healthPort: 8080,
      controlStore: 'dynamodb:headwater',
      eventRetentionDays: 400,
      origin: 's3://headwater-origin-111122223333-eu-central-1',
      relayKeys: 'secretsmanager:headwater/relay-keys',
      region: 'eu-central-1',
      playbackBaseUrl: 'https://live.example.com',
      capacity: 3,
      pool: 'cpu',
      videoEncoder: 'x264',
      dvrWindowSeconds: 600,
      ladder: undefined,
    });
    expect(programCodec.decode(environment).metricsNamespace).toBe('Headwater/headwater');
    // Who it is and where it is reached, it asks ECS.
    expect(environment).not.toHaveProperty('HEADWATER_MEMBER_ID');
  });

  test('listens for live origins only where there are some, and otherwise writes for players who have nothing else', () => {
    const { compute } = testDeployment();
    const live = templateOf((stack) => {
      const props = fleetProps(stack);
      const { vpc } = props.cluster;
      const liveOriginSecurityGroup = new SecurityGroup(stack, 'Live', { vpc, allowAllOutbound: false });
      new CpuEncoderFleet(stack, 'Encoder', { ...props, liveOriginSecurityGroup, size: compute.cpuEncoders });
    });
    const [withLive] = only(live, 'AWS::ECS::TaskDefinition').ContainerDefinitions;
    const facts = [container, withLive].map((each) => {
      const { liveOrigin, mediaPort } = encoderWorkerCodec.decode(environmentOf(each));
      const ports = each.PortMappings.map(({ ContainerPort }: { ContainerPort: number }) => ContainerPort);
      return { liveOrigin, mediaPort, ports };
    });
    expect(facts).toEqual([
      { liveOrigin: 'off', mediaPort: 0, ports: [1940, 8080] },
      { liveOrigin: 'on', mediaPort: 1950, ports: [1940, 1950, 8080] },
    ]);
  });

  test('passes a custom ladder to the program', () => {
    const ladder = { ...defaultLadder, audioBps: 96_000 };
    const { compute } = testDeployment();
    const own = templateOf((stack) => {
      new CpuEncoderFleet(stack, 'Encoder', { ...fleetProps(stack), size: compute.cpuEncoders, ladder });
    });
    const environment = environmentOf(only(own, 'AWS::ECS::TaskDefinition').ContainerDefinitions[0]);
    expect(JSON.parse(encoderWorkerCodec.decode(environment).ladder ?? '')).toEqual(ladder);
  });

  test('runs the program unprivileged: no root, nothing writable, no capabilities', () => {
    expect(container).toMatchObject({
      User: '1000:1000',
      ReadonlyRootFilesystem: true,
      LinuxParameters: { Capabilities: { Drop: ['ALL'] }, InitProcessEnabled: true },
    });
    expect(container.Privileged ?? false).toBe(false);
  });

  test('gives a worker all the time that ECS and Spot allow for handing over', () => {
    expect(container.StopTimeout).toBe(120);
  });

  test('checks the program’s health, and never makes it wait for its log', () => {
    expect(container.HealthCheck.Command).toEqual(['CMD', 'node', 'healthcheck.mjs']);
    expect(container.LogConfiguration).toMatchObject({
      LogDriver: 'awslogs',
      Options: { mode: 'non-blocking', 'awslogs-stream-prefix': 'encoder' },
    });
    expect(only(template, 'AWS::Logs::LogGroup').RetentionInDays).toBe(30);
  });

  test('keeps every old task until a new one is healthy, and rolls back if new ones fail', () => {
    expect(service.DeploymentConfiguration).toMatchObject({
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    });
    expect(service).not.toHaveProperty('DesiredCount');
  });

  test('allows in only proxies on the relay port, and out only HTTPS', () => {
    const ingress = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'));
    expect(ingress).toHaveLength(1);
    expect(ingress[0]?.Properties).toMatchObject({
      IpProtocol: 'tcp',
      FromPort: 1940,
      ToPort: 1940,
      SourceSecurityGroupId: { 'Fn::GetAtt': [expect.stringMatching(/^Proxies/), 'GroupId'] },
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: Match.stringLikeRegexp('Encoder workers'),
      SecurityGroupIngress: Match.absent(),
      SecurityGroupEgress: [
        { CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443, Description: Match.anyValue() },
      ],
    });
  });

  test('may protect tasks of its own cluster, and do nothing else', () => {
    const policies = Object.values(template.findResources('AWS::IAM::Policy'))
      .map(({ Properties }) => Properties)
      .filter(({ Roles }) => JSON.stringify(Roles).includes('TaskRole'));
    expect(policies).toHaveLength(1);
    expect(policies[0]?.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'ecs:UpdateTaskProtection',
        Resource: {
          'Fn::Join': [
            '',
            ['arn:aws:ecs:eu-central-1:111122223333:task/', { Ref: expect.stringMatching(/^Cluster/) }, '/*'],
          ],
        },
      },
    ]);
  });

  test('scales on the share of stream slots in use, by the metric that its workers write, and on CPU', () => {
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity: 4,
      MaxCapacity: 20,
    });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 60,
        ScaleOutCooldown: 60,
        CustomizedMetricSpecification: {
          Namespace: 'Headwater/headwater',
          MetricName: 'EncoderUtilization',
          Statistic: 'Average',
          Dimensions: [{ Name: 'Pool', Value: 'cpu' }],
        },
      },
    });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
      },
    });
  });

  test('makes room for an announced event in advance, with the headroom on top, and keeps it in a deploy meanwhile', () => {
    // 12 streams, 3 a task, of which 40 % are kept free.
    const begins = { Schedule: 'at(2026-12-19T16:45:00)', ScalableTargetAction: { MinCapacity: 7 } };
    const ends = { Schedule: 'at(2026-12-19T22:00:00)', ScalableTargetAction: { MinCapacity: 4 } };
    expect(scalingAt('2026-12-01T00:00:00Z')).toMatchObject({
      MinCapacity: 4,
      ScheduledActions: [begins, ends],
    });
    expect(scalingAt('2026-12-19T18:00:00Z')).toMatchObject({ MinCapacity: 7, ScheduledActions: [ends] });
    expect(scalingAt('2026-12-20T00:00:00Z').ScheduledActions).toBeUndefined();
  });
});
