import { describe, expect, test } from '@jest/globals';
import type { Deployment } from '../../../lib/config/deployment.ts';
import { readDeployment } from '../../../lib/config/deployment.ts';
import {
  coldTable,
  fleetLoad,
  leaseLoad,
  mostStreams,
  warmThroughputFor,
} from '../../../lib/region/policy/table-load.ts';

const computeOf = (compute: object): Deployment['compute'] =>
  readDeployment(
    JSON.stringify({
      name: 'live',
      regions: [{ name: 'eu-central-1' }],
      budget: { monthlyUsd: 1000, emails: ['a@example.com'] },
      compute,
    }),
    'deployment.json',
  ).compute;

const large = computeOf({
  proxies: { maxTasks: 300 },
  cpuEncoders: { maxTasks: 1800, streams: 2 },
  gpuEncoders: { maxTasks: 200, streams: 8 },
});

describe('what a region asks of its tables', () => {
  test('the streams of full fleets', () => {
    expect(mostStreams(computeOf({}))).toBe(100);
    expect(mostStreams(large)).toBe(5200);
  });

  test('two renewals a second for each stream', () => {
    expect(leaseLoad(large)).toEqual({ writesPerSecond: 10_400, readsPerSecond: 0 });
  });

  test('a heartbeat of each member, and all workers read by each proxy, in 8 partitions', () => {
    expect(fleetLoad(large)).toEqual({ writesPerSecond: 2300, readsPerSecond: 300 * 8 * 9.5 });
  });

  test('no query costs nothing', () => {
    expect(fleetLoad(computeOf({}))).toEqual({ writesPerSecond: 80, readsPerSecond: 30 * 8 * 0.5 });
  });

  test('a new table takes an ordinary region as it is', () => {
    expect(warmThroughputFor(leaseLoad(computeOf({})))).toBeUndefined();
    expect(warmThroughputFor(fleetLoad(computeOf({})))).toBeUndefined();
  });

  test('a large region gets tables that are warm for twice its load', () => {
    expect(warmThroughputFor(leaseLoad(large))).toEqual({
      writesPerSecond: 20_800,
      readsPerSecond: coldTable.readsPerSecond,
    });
    expect(warmThroughputFor(fleetLoad(large))).toEqual({ writesPerSecond: 4600, readsPerSecond: 45_600 });
  });
});
