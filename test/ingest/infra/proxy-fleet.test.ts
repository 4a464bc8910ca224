import { describe, expect, test } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { ScheduledEvent } from '../../../lib/config/capacity-schedule.ts';
import { ingestProxyCodec } from '../../../lib/config/programs/ingest-proxy.ts';
import { programCodec } from '../../../lib/config/programs/program.ts';
import { ProxyFleet } from '../../../lib/ingest/infra/proxy-fleet.ts';
import { PopBalancer } from '../../../lib/pop/infra/balancer.ts';
import { templateOf, testDeployment } from '../../../testkit/aws/template.ts';

function fleetOf({
  plainRtmp = false,
  simulcast = false,
  events = [] as readonly ScheduledEvent[],
} = {}): Template {
  const { compute } = testDeployment({ compute: { proxies: { connections: 150 }, headroomPercent: 40 } });
  return templateOf((stack) => {
    const vpc = new Vpc(stack, 'Vpc');
    const balancer = new PopBalancer(stack, 'Balancer', { vpc, subnets: {}, plainRtmp });
    const fleet = new ProxyFleet(stack, 'Fleet', {
      name: 'headwater',
      cluster: new Cluster(stack, 'Cluster', { vpc }),
      subnets: {},
      image: ContainerImage.fromRegistry('example.com/proxy'),
      size: compute.proxies,
      headroomPercent: compute.headroomPercent,
      events,
      nowMs: Date.parse('2026-12-01T00:00:00Z'),
      balancer,
      controlStore: 'dynamodb:headwater',
      eventDays: 400,
      keyPepper: 'secretsmanager:headwater/key-pepper',
      relayKeys: 'secretsmanager:headwater/relay-keys',
      certificate: 'secretsmanager:headwater/certificate',
      simulcast,
      logDays: 30,
    });
    new SecurityGroup(stack, 'Workers', { vpc }).connections.allowFrom(fleet.securityGroup, Port.tcp(1940));
  });
}

const propertiesOf = (template: Template, type: string) =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties);

/** Ingress of a group as `protocol from-to source-group`, wherever the CDK wrote it. */
const rulesOf = (template: Template, kind: 'Ingress' | 'Egress', group: string) => {
  const isGroup = (value: unknown) => JSON.stringify(value).includes(`"${group}`);
  const inline = Object.entries(template.findResources('AWS::EC2::SecurityGroup'))
    .filter(([id]) => id.startsWith(group))
    .flatMap(([, { Properties }]) => Properties[`SecurityGroup${kind}`] ?? []);
  const apart = propertiesOf(template, `AWS::EC2::SecurityGroup${kind}`).filter(({ GroupId }) =>
    isGroup(GroupId),
  );
  return [...inline, ...apart].map((rule) => {
    const other =
      rule.CidrIp ?? rule[kind === 'Ingress' ? 'SourceSecurityGroupId' : 'DestinationSecurityGroupId'];
    const name =
      typeof other === 'string' ? other : other['Fn::GetAtt'][0].replace(/(SecurityGroup)?[0-9A-F]{8}$/, '');
    return `${rule.IpProtocol} ${rule.FromPort} ${name}`;
  });
};

describe('the proxy fleet', () => {
  const template = fleetOf();
  const [service] = propertiesOf(template, 'AWS::ECS::Service');
  const [task] = propertiesOf(template, 'AWS::ECS::TaskDefinition');
  const [container] = task?.ContainerDefinitions ?? [];
  const environment: Record<string, string> = Object.fromEntries(
    container.Environment.map(({ Name, Value }: { Name: string; Value: string }) => [Name, Value]),
  );

  test('runs on Fargate on ARM64, in private subnets', () => {
    expect(task).toMatchObject({
      Cpu: '1024',
      Memory: '2048',
      NetworkMode: 'awsvpc',
      RequiresCompatibilities: ['FARGATE'],
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
    });
    expect(service?.LaunchType).toBe('FARGATE');
    expect(service?.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp).toBe('DISABLED');
  });

  test('passes the program what its codec reads', () => {
    expect(ingestProxyCodec.decode(environment)).toMatchObject({
      eventRetentionDays: 400,
      host: '0.0.0.0',
      rtmpPort: 1935,
      rtmpsPort: 1936,
      healthPort: 8080,
      capacity: 150,
      controlStore: 'dynamodb:headwater',
      keyPepper: 'secretsmanager:headwater/key-pepper',
      relayKeys: 'secretsmanager:headwater/relay-keys',
      certificate: 'secretsmanager:headwater/certificate',
    });
    expect(programCodec.decode(environment)).toMatchObject({ metricsNamespace: 'Headwater/headwater' });
  });

  test('lets the program drain within the time before ECS kills it', () => {
    expect(container.StopTimeout).toBe(120);
    const { drainMs } = ingestProxyCodec.decode(environment);
    expect(drainMs).toBeGreaterThanOrEqual(60_000);
    expect(drainMs).toBeLessThanOrEqual(120_000 - 15_000);
  });

  test('gives the program no privileges that it does not need', () => {
    expect(container).toMatchObject({
      User: '1000:1000',
      ReadonlyRootFilesystem: true,
      LinuxParameters: { Capabilities: { Drop: ['ALL'] }, InitProcessEnabled: true },
      Ulimits: [{ Name: 'nofile', SoftLimit: 65_536, HardLimit: 65_536 }],
    });
    expect(container.Privileged).toBeUndefined();
    expect(service?.EnableExecuteCommand ?? false).toBe(false);
  });

  test('checks the container’s health with what is in the image', () => {
    expect(container.HealthCheck.Command).toEqual(['CMD', 'node', 'healthcheck.mjs']);
  });

  test('replaces proxies only once new ones are running, and rolls back on its own if they fail', () => {
    expect(service?.DeploymentConfiguration).toMatchObject({
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    });
    expect(service?.AvailabilityZoneRebalancing).toBe('ENABLED');
    expect(service?.HealthCheckGracePeriodSeconds).toBeGreaterThan(20);
  });

  test('is not shrunk to its minimum by a deploy', () => {
    expect(service).not.toHaveProperty('DesiredCount');
  });

  test('is registered on the balancer’s ports', () => {
    const portsOf = (of: Template) =>
      propertiesOf(of, 'AWS::ECS::Service')[0]
        ?.LoadBalancers.map(({ ContainerPort }: { ContainerPort: number }) => ContainerPort)
        .sort();
    expect(portsOf(template)).toEqual([1936, 9000]);
    expect(portsOf(fleetOf({ plainRtmp: true }))).toEqual([1935, 1936, 9000]);
    expect(container.PortMappings).toContainEqual({ ContainerPort: 9000, Protocol: 'udp' });
  });

  test('allows in only the balancer, on the ports that it uses', () => {
    expect(rulesOf(template, 'Ingress', 'Fleet')).toEqual(['tcp 1936 Balancer', 'tcp 8080 Balancer']);
    expect(rulesOf(fleetOf({ plainRtmp: true }), 'Ingress', 'Fleet')).toContain('tcp 1935 Balancer');
    expect(rulesOf(template, 'Egress', 'Balancer')).toEqual(['tcp 1936 Fleet', 'tcp 8080 Fleet']);
  });

  test('reaches AWS and the workers, and nothing else', () => {
    expect(rulesOf(template, 'Egress', 'Fleet').sort()).toEqual(['tcp 1940 Workers', 'tcp 443 0.0.0.0/0']);
  });

  test('reaches third-party servers on RTMP’s ports only if streams may be pushed', () => {
    const out = rulesOf(fleetOf({ simulcast: true }), 'Egress', 'Fleet');
    expect(out.filter((rule) => rule.endsWith('0.0.0.0/0'))).toEqual(
      [443, 80, 1935, 1936, 2935, 2936].map((port) => `tcp ${port} 0.0.0.0/0`),
    );
    // What users may push to is public; that is never widened here.
    expect(environment).not.toHaveProperty('HEADWATER_PUSH_ALLOW');
  });

  test('scales on the publishers and on the connections per proxy, minus the headroom, and on CPU', () => {
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity: 3,
      MaxCapacity: 30,
    });
    const policies = propertiesOf(template, 'AWS::ApplicationAutoScaling::ScalingPolicy').map(
      ({ TargetTrackingScalingPolicyConfiguration }) => TargetTrackingScalingPolicyConfiguration,
    );
    expect(policies).toMatchObject([
      {
        CustomizedMetricSpecification: {
          Namespace: 'Headwater/headwater',
          MetricName: 'IngestSessions',
          Statistic: 'Average',
        },
        TargetValue: 90,
      },
      // 150 publishers, and the 1,024 connections that may wait.
      { CustomizedMetricSpecification: { MetricName: 'IngestSockets' }, TargetValue: 704 },
      {
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
        TargetValue: 60,
      },
    ]);
    for (const { ScaleInCooldown, ScaleOutCooldown } of policies) {
      expect(ScaleOutCooldown).toBe(60);
      expect(ScaleInCooldown).toBe(900);
    }
  });

  test('keeps its log as long as the deployment specifies', () => {
    expect(container.LogConfiguration).toMatchObject({
      LogDriver: 'awslogs',
      Options: { 'awslogs-stream-prefix': 'ingest' },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  test('makes room for an announced event in advance, with the headroom on top', () => {
    const from = '2026-12-19T17:00:00Z';
    const events = [{ name: 'final', from, until: '2026-12-19T22:00:00Z', streams: 900 }];
    fleetOf({ events }).hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity: 3,
      // 150 publishers a task, of which 40 % are kept free.
      ScheduledActions: [
        { Schedule: 'at(2026-12-19T16:45:00)', ScalableTargetAction: { MinCapacity: 10 } },
        { Schedule: 'at(2026-12-19T22:00:00)', ScalableTargetAction: { MinCapacity: 3 } },
      ],
    });
  });
});
