import { describe, expect, test } from '@jest/globals';
import { leaseMs, renewEveryMs } from '../../lib/encoder/lease/policy/fence.ts';
import { holdMs, ProtectionSchedule } from '../../lib/encoder/lease/policy/protection-schedule.ts';
import { drainLimits } from '../../lib/encoder/policy/drain-limits.ts';
import { defaultLimits } from '../../lib/ingest/proxy.ts';
import { fullDeployment, synthesize } from '../../testkit/aws/platform-templates.ts';
import { environmentOf } from '../encoder/infra/fleet-stack.ts';

/** How numbers that stand in different places have to fit, for what AWS stops to go unnoticed. All in ms. */
const second = 1_000;
const minute = 60 * second;
/** Fargate Spot's notice, and the most that Fargate gives between SIGTERM and SIGKILL. */
const spotNoticeMs = 2 * minute;
/** A call of the control store is given up after this; to sign off takes a few of them. */
const signingOffMs = 5 * second;

const { templates } = synthesize(fullDeployment(), { validate: false });
const cell = templates.get('headwater-eu-central-1');
const propertiesOf = (type: string) =>
  Object.values(cell?.findResources(type) ?? {}).map(({ Properties }) => Properties);

const containers = propertiesOf('AWS::ECS::TaskDefinition').flatMap(
  ({ ContainerDefinitions }) => ContainerDefinitions,
);
const named = (name: string) => containers.filter(({ Name }) => Name === name);
const stopTimeoutMs = (container: { StopTimeout: number }) => container.StopTimeout * second;

describe('a task that is told to stop', () => {
  test('is told, whatever its first process is, and has all the time that Spot’s notice gives', () => {
    expect(containers.map(({ Name }) => Name).sort()).toEqual([
      'canary',
      'live-origin',
      'proxy',
      'worker',
      'worker',
    ]);
    for (const container of containers) {
      expect(stopTimeoutMs(container)).toBe(spotNoticeMs);
      expect(container.LinuxParameters.InitProcessEnabled).toBe(true);
    }
  });

  test('has, as a worker, handed its broadcasts over long before, even where nothing answers', () => {
    const { turnsMs, publishersMs, encoderMs, originMs, journalMs } = drainLimits;
    const worstMs = encoderMs + originMs + journalMs + signingOffMs;
    for (const worker of named('worker')) {
      expect(worstMs).toBeLessThan(stopTimeoutMs(worker) / 2);
      expect(turnsMs).toBeLessThan(publishersMs);
      // Also where no other worker had room for them for as long as it waits.
      expect(publishersMs + worstMs).toBeLessThan(stopTimeoutMs(worker));
    }
  });

  test('has, as a proxy, told its publishers to come again and signed off', () => {
    for (const proxy of named('proxy')) {
      const drainMs = Number(environmentOf(proxy).HEADWATER_DRAIN_MS);
      expect(drainMs).toBeGreaterThan(0);
      const worstMs = drainMs + 2 * defaultLimits.lingerMs + signingOffMs;
      expect(worstMs).toBeLessThan(stopTimeoutMs(proxy));
    }
  });

  test('is replaced first: what it hands over has somewhere to go', () => {
    const services = propertiesOf('AWS::ECS::Service');
    expect(services).toHaveLength(4);
    for (const { DeploymentConfiguration } of services) {
      expect(DeploymentConfiguration).toMatchObject({ MinimumHealthyPercent: 100, MaximumPercent: 200 });
    }
  });

  test('is not on a graphics instance of Spot, whose notice would not reach it', () => {
    const [fleet] = propertiesOf('AWS::AutoScaling::AutoScalingGroup');
    expect(fleet?.MixedInstancesPolicy).toBeUndefined();
    for (const { LaunchTemplateData } of propertiesOf('AWS::EC2::LaunchTemplate')) {
      expect(LaunchTemplateData.InstanceMarketOptions).toBeUndefined();
    }
    // One that AWS or scaling ends has its tasks stopped in time, by the same SIGTERM.
    const [provider] = propertiesOf('AWS::ECS::CapacityProvider');
    expect(provider?.AutoScalingGroupProvider.ManagedDraining).toBe('ENABLED');
  });
});

describe('the balancer', () => {
  const groups = propertiesOf('AWS::ElasticLoadBalancingV2::TargetGroup').map(({ TargetGroupAttributes }) =>
    Object.fromEntries(
      TargetGroupAttributes.map(({ Key, Value }: { Key: string; Value: string }) => [Key, Value]),
    ),
  );

  test('cuts no publisher of a proxy that leaves, however long its drain takes', () => {
    expect(groups).toHaveLength(4);
    for (const attributes of groups) {
      expect(attributes).toMatchObject({ 'deregistration_delay.connection_termination.enabled': 'false' });
    }
    // The second is for UDP, which has no connections; the balancer rejects the attribute there. The last one is the live origins':
    // CloudFront asks the bucket instead of one that hangs.
    const kept = 'target_health_state.unhealthy.connection_termination.enabled';
    expect(groups.map((attributes) => attributes[kept])).toEqual(['false', undefined, 'false', undefined]);
  });

  test('has stopped sending it new ones before it is told to stop', () => {
    // ECS waits for the delay, then sends SIGTERM; for about a minute after deregistration new ones may come.
    for (const attributes of groups) {
      expect(Number(attributes['deregistration_delay.timeout_seconds']) * second).toBeGreaterThanOrEqual(
        2 * minute,
      );
    }
  });

  test('keeps a silent connection for longer than the proxy does', () => {
    const idle = propertiesOf('AWS::ElasticLoadBalancingV2::Listener').flatMap(
      ({ ListenerAttributes = [] }) => ListenerAttributes,
    );
    expect(idle).toHaveLength(3);
    for (const { Key, Value } of idle) {
      expect(Key).toBe('tcp.idle_timeout.seconds');
      expect(Number(Value) * second).toBeGreaterThanOrEqual(2 * defaultLimits.idleMs);
    }
  });
});

describe('the protection of a task with a broadcast of a day', () => {
  /** Lives a day second by second; `answers` says whether ECS grants what is asked then. */
  function day(answers: (atMs: number) => boolean) {
    const hold = new ProtectionSchedule();
    let leastLeftMs = Number.POSITIVE_INFINITY;
    let longestMs = 0;
    let sinceMs: number | undefined;
    let untilMs = 0;
    for (let atMs = 0; atMs < 24 * 60 * minute; atMs += second) {
      if (sinceMs !== undefined) {
        leastLeftMs = Math.min(leastLeftMs, untilMs - atMs);
        longestMs = Math.max(longestMs, atMs - sinceMs);
      }
      const request = hold.due(atMs, 1);
      if (request === undefined) continue;
      if (!answers(atMs)) {
        hold.failed(atMs);
        continue;
      }
      hold.granted(request, atMs);
      sinceMs = request === 'hold' ? (sinceMs ?? atMs) : undefined;
      if (request === 'hold') untilMs = atMs + holdMs;
    }
    return { leastLeftMs, longestMs };
  }

  test('is renewed with half of it left', () => {
    expect(day(() => true).leastLeftMs).toBeGreaterThanOrEqual(holdMs / 2);
  });

  test('does not run out while ECS does not answer for a quarter of an hour in each', () => {
    const { leastLeftMs } = day((atMs) => atMs % (60 * minute) >= 15 * minute);
    expect(leastLeftMs).toBeGreaterThan(0);
  });

  test('makes a deployment wait for less than CloudFormation does', () => {
    expect(day(() => true).longestMs).toBeLessThan(3 * 60 * minute);
  });

  test('is asked for in what ECS takes: a minute to two days', () => {
    expect(holdMs).toBeGreaterThanOrEqual(minute);
    expect(holdMs).toBeLessThanOrEqual(48 * 60 * minute);
  });
});

describe('a lease', () => {
  test('is renewed several times before anybody may take it', () => {
    expect(leaseMs).toBeGreaterThanOrEqual(3 * renewEveryMs);
  });

  test('that a dead worker left is taken while a proxy still looks for a worker', () => {
    expect(defaultLimits.routeMs).toBeGreaterThanOrEqual(2 * leaseMs);
  });
});

describe('the keys of relay links', () => {
  const secretId = Object.keys(cell?.findResources('AWS::SecretsManager::Secret') ?? {}).find((id) =>
    id.startsWith('RelayKeys'),
  );

  test('are read by proxies, workers and live origins, and by the function that rotates them, nobody else', () => {
    const readers = Object.values(cell?.findResources('AWS::IAM::Policy') ?? {})
      .filter(({ Properties }) => JSON.stringify(Properties.PolicyDocument).includes(secretId!))
      .flatMap(({ Properties }) => Properties.Roles.map(({ Ref }: { Ref: string }) => Ref))
      .map((role: string) => role.replace(/[0-9A-F]{8}$/, ''))
      .sort();
    expect(readers).toEqual([
      'CpuEncoderTaskTaskRole',
      'GpuEncoderTaskTaskRole',
      'IngestTaskTaskRole',
      'LiveOriginTaskTaskRole',
      'RelayKeysFunctionRole',
    ]);
  });

  test('are demanded by workers only once all proxies of a deploy have them', () => {
    const services = Object.entries(cell?.findResources('AWS::ECS::Service') ?? {});
    const proxies = services.find(([id]) => id.startsWith('Ingest'))![0];
    const workers = services.filter(([id]) => /^.puEncoder/.test(id));
    expect(workers).toHaveLength(2);
    for (const [, { DependsOn }] of workers) expect(DependsOn).toContain(proxies);
  });
});
