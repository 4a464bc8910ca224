import { describe, expect, test } from '@jest/globals';
import { mostFleetTasks } from '../../lib/config/defaults.ts';
import { defaultLadder } from '../../lib/config/ladder.ts';
import { duringDeploy, fullFleets, mostStreams } from '../../lib/cost/fleets.ts';
import { limitsOf } from '../../lib/cost/limits.ts';
import { quotas } from '../../lib/cost/quotas.ts';
import { fleetLoad, fleetPartitionLoad, leaseLoad, warmTables } from '../../lib/cost/table-load.ts';
import { workloadOf } from '../../lib/cost/workload.ts';
import { testDeployment } from '../../testkit/aws/template.ts';

const computeOf = (compute: object) => testDeployment({ compute }).compute;

const large = computeOf({
  proxies: { maxTasks: 300 },
  cpuEncoders: { maxTasks: 1800, streams: 2 },
  gpuEncoders: { maxTasks: 200, streams: 8 },
});
const largeTasks = fullFleets(large);

describe('what a region asks of its tables', () => {
  test('the streams of full fleets', () => {
    expect(mostStreams(computeOf({}))).toBe(100);
    expect(mostStreams(large)).toBe(5200);
  });

  test('two renewals a second for each stream, and the sweeps of all workers', () => {
    // A page of 16 and the one before, every 5 s, at half a unit: 3.2 a second for each of 2,000 workers.
    expect(leaseLoad(large, mostStreams(large), largeTasks)).toEqual({
      writesPerSecond: 10_400,
      readsPerSecond: 6_400,
    });
  });

  test('a heartbeat of each member, and all workers read by each proxy, in 16 partitions', () => {
    const workload = { ...workloadOf(defaultLadder), heartbeats: 1, fleetItemBytes: 160 };
    // 125 workers of 160 bytes in a partition: 5 times 4 KB, at half a unit.
    expect(fleetPartitionLoad(largeTasks, workload)).toEqual({
      writesPerSecond: 125,
      readsPerSecond: 300 * 2.5,
    });
    expect(fleetLoad(largeTasks, workload)).toEqual({
      writesPerSecond: 2300,
      readsPerSecond: 300 * 16 * 2.5,
    });
  });

  test('a query of a small fleet costs half a unit', () => {
    const { readsPerSecond } = fleetLoad({ proxies: 30, cpuWorkers: 50, gpuWorkers: 0 });
    expect(readsPerSecond).toBe(30 * 16 * 0.5);
  });

  test('a new table takes an ordinary region as it is', () => {
    expect(warmTables(computeOf({}))).toEqual({ leases: undefined, fleet: undefined });
  });

  test('a deploy asks more than twice as much: each of twice the proxies reads twice the workers', () => {
    const steady = fleetLoad(fullFleets(large));
    const deploy = fleetLoad(duringDeploy(fullFleets(large)));
    expect(deploy.writesPerSecond).toBe(2 * steady.writesPerSecond);
    expect(deploy.readsPerSecond).toBeGreaterThan(3 * steady.readsPerSecond);
  });

  test('a region that needs more, and be it only during a deploy, gets tables as warm as AWS allows', () => {
    const warmest = { writesPerSecond: 40_000, readsPerSecond: 40_000 };
    expect(warmTables(large)).toEqual({ streams: warmest, leases: warmest, fleet: warmest });
    const few = computeOf({ cpuEncoders: { maxTasks: 666 } });
    expect(warmTables(few)).toEqual({ leases: undefined, fleet: undefined });
    expect(warmTables(computeOf({ cpuEncoders: { maxTasks: 667 } })).leases).toEqual(warmest);
    const withProxies = computeOf({ proxies: { maxTasks: 200 }, cpuEncoders: { maxTasks: 600 } });
    expect(fleetLoad(fullFleets(withProxies)).readsPerSecond).toBeLessThan(
      quotas['dynamodb-table-reads'].most,
    );
    expect(warmTables(withProxies)).toEqual({ leases: undefined, fleet: warmest });
  });

  test('the partitions hold a deploy of the largest fleets that the file allows', () => {
    const { fargate, gpu } = mostFleetTasks;
    const tasks = duringDeploy({ proxies: 75, cpuWorkers: fargate, gpuWorkers: gpu });
    const { writesPerSecond, readsPerSecond } = fleetPartitionLoad(tasks);
    expect(writesPerSecond).toBeLessThan(quotas['dynamodb-partition-writes'].most);
    expect(readsPerSecond).toBeLessThan(quotas['dynamodb-partition-reads'].most);
  });
});

/**
 * The most streams of a region that the platform's own design allows, whatever an account's quotas: 2 streams a worker, 200 a proxy.
 * Before, the fleet had one partition, read consistently; the leases table was cold; and the file allowed 500 tasks.
 */
describe('the streams of a region', () => {
  const workload = workloadOf(defaultLadder);
  const streamsPerWorker = 2;

  test('before: 1,000 tasks’ worth', () => {
    const byTasks = 500 * streamsPerWorker;
    const byHeartbeats = (quotas['dynamodb-partition-writes'].most / workload.heartbeats) * streamsPerWorker;
    const byLeases = quotas['dynamodb-table-writes'].most / workload.leaseWrites;
    expect([byTasks, byHeartbeats, byLeases]).toEqual([1000, 2000, 2000]);
  });

  test('now: nine times as many, during a deploy, too', () => {
    const deployment = testDeployment({
      compute: { proxies: { maxTasks: 100 }, cpuEncoders: { maxTasks: mostFleetTasks.fargate, streams: 2 } },
    });
    const region = deployment.regions[0]!;
    const rows = limitsOf({ deployment, region, workload, viewerBps: 1 });
    const design = rows.filter(({ what }) => /^(DynamoDB|CPU encoder tasks)/.test(what));
    expect(design.length).toBe(9);
    expect(Math.min(...design.map(({ at }) => at))).toBeGreaterThanOrEqual(9_000);
  });
});
