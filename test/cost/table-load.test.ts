import { describe, expect, test } from '@jest/globals';
import { mostFleetTasks } from '../../lib/config/defaults.ts';
import { defaultLadder } from '../../lib/config/ladder.ts';
import { limitsOf } from '../../lib/cost/limits.ts';
import { quotas } from '../../lib/cost/quotas.ts';
import { fleetLoad, leaseLoad, mostStreams, warmTables } from '../../lib/cost/table-load.ts';
import { workloadOf } from '../../lib/cost/workload.ts';
import { testDeployment } from '../../testkit/aws/template.ts';

const computeOf = (compute: object) => testDeployment({ compute }).compute;

const large = computeOf({
  proxies: { maxTasks: 300 },
  cpuEncoders: { maxTasks: 1800, streams: 2 },
  gpuEncoders: { maxTasks: 200, streams: 8 },
});
const largeTasks = { proxies: 300, cpuWorkers: 1800, gpuWorkers: 200 };

describe('what a region asks of its tables', () => {
  test('the streams of full fleets', () => {
    expect(mostStreams(computeOf({}))).toBe(100);
    expect(mostStreams(large)).toBe(5200);
  });

  test('two renewals a second for each stream', () => {
    expect(leaseLoad(mostStreams(large))).toEqual({ writesPerSecond: 10_400, readsPerSecond: 0 });
  });

  test('a heartbeat of each member, and all workers read by each proxy, in 8 partitions', () => {
    const workload = { ...workloadOf(defaultLadder), heartbeats: 1, fleetItemBytes: 160 };
    // 250 workers of 160 bytes in a partition: 10 times 4 KB, at half a unit.
    expect(fleetLoad(largeTasks, workload)).toEqual({ writesPerSecond: 2300, readsPerSecond: 300 * 8 * 5 });
  });

  test('a query of a small fleet costs half a unit', () => {
    const { readsPerSecond } = fleetLoad({ proxies: 30, cpuWorkers: 50, gpuWorkers: 0 });
    expect(readsPerSecond).toBe(30 * 8 * 0.5);
  });

  test('a new table takes an ordinary region as it is', () => {
    expect(warmTables(computeOf({}))).toEqual({ leases: undefined, fleet: undefined });
  });

  test('a large region gets tables that are warm for twice its load', () => {
    const { leases, fleet } = warmTables(large);
    expect(leases).toEqual({ writesPerSecond: 20_800, readsPerSecond: quotas['dynamodb-table-reads'].most });
    expect(fleet?.readsPerSecond).toBe(2 * fleetLoad(largeTasks).readsPerSecond);
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

  test('now: ten times as many, by the tables and by the file', () => {
    const deployment = testDeployment({
      compute: { proxies: { maxTasks: 100 }, cpuEncoders: { maxTasks: mostFleetTasks.fargate, streams: 2 } },
    });
    const region = deployment.regions[0]!;
    const rows = limitsOf({ deployment, region, workload, viewerBps: 1 });
    const design = rows.filter(({ what }) => /^(DynamoDB|CPU encoder tasks)/.test(what));
    expect(design.length).toBe(6);
    expect(Math.min(...design.map(({ at }) => at))).toBeGreaterThanOrEqual(9_000);
  });
});
