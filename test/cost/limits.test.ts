import { describe, expect, test } from '@jest/globals';
import { mostFleetTasks } from '../../lib/config/defaults.ts';
import { defaultLadder } from '../../lib/config/ladder.ts';
import { greatest, type Limit, type LimitOptions, limitsOf } from '../../lib/cost/limits.ts';
import { quotas } from '../../lib/cost/quotas.ts';
import { workloadOf } from '../../lib/cost/workload.ts';
import { renewEveryMs } from '../../lib/encoder/lease/policy/fence.ts';
import { segmentSeconds } from '../../lib/packaging/segment-grid.ts';
import { testDeployment } from '../../testkit/aws/template.ts';

function limits(fields: object = {}, options: Partial<LimitOptions> = {}): readonly Limit[] {
  const deployment = testDeployment(fields);
  const region = deployment.regions[0] ?? { name: '', zones: 3 };
  const bps = 2_628_000;
  return limitsOf({ deployment, region, workload: workloadOf(defaultLadder), viewerBps: bps, ...options });
}

const at = (rows: readonly Limit[], what: RegExp): number | undefined =>
  rows.find((row) => row.what.match(what))?.at;

describe('the greatest count that fits', () => {
  test('is the last one before the capacity', () => {
    expect(greatest(10, (count) => count * 3)).toBe(3);
    expect(greatest(9, (count) => count * 3)).toBe(3);
    expect(greatest(1, (count) => Math.ceil(count / 7))).toBe(7);
  });

  test('is 0 if even nothing is too much', () => {
    expect(greatest(1, () => 2)).toBe(0);
  });
});

describe('a region’s limits', () => {
  test('come from the programs’ own constants and AWS’s quotas', () => {
    const rows = limits();
    expect(at(rows, /^S3 writes/)).toBe(Math.floor(3_500 / (6.4 / segmentSeconds + 5 / 60)));
    expect(at(rows, /^DynamoDB writes to the leases/)).toBe((4_000 * renewEveryMs) / 1_000);
    expect(at(rows, /^CPU encoder tasks \(maxTasks\)/)).toBe(50 * 2);
    expect(at(rows, /^CPU encoder tasks \(most/)).toBe(mostFleetTasks.fargate * 2);
    expect(at(rows, /^Ingest proxies/)).toBe(30 * 200);
    expect(at(rows, /^CloudFront Gb/)).toBe(57_077);
    expect(at(rows, /^CloudFront requests/)).toBe(166_666);
  });

  test('are sorted, streams first', () => {
    const rows = limits({ simulcast: true, managedEncoder: {} });
    for (const unit of ['streams', 'viewers'] as const) {
      const counts = rows.filter((row) => row.unit === unit).map((row) => row.at);
      expect(counts.length).toBeGreaterThan(1);
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    }
    expect(rows.map(({ unit }) => unit).indexOf('viewers')).toBe(
      rows.filter(({ unit }) => unit === 'streams').length,
    );
  });

  test.each([
    [
      'a smaller ladder writes less',
      { ladder: { ...defaultLadder, rungs: defaultLadder.rungs.slice(2) } },
      /^S3 writes/,
    ],
    ['larger workers need fewer heartbeats', { compute: { cpuEncoders: { streams: 4 } } }, /heartbeats/],
    ['more proxies hold more', { compute: { proxies: { maxTasks: 40 } } }, /^Ingest proxies/],
    ['the API may be asked more', { api: { requestsPerSecond: 300 } }, /^API Gateway/],
  ])('%s', (_, fields, what) => {
    const deployment = testDeployment(fields);
    const workload = workloadOf(deployment.ladder ?? defaultLadder);
    expect(at(limits(fields, { workload }), what)).toBeGreaterThan(at(limits(), what) ?? 0);
  });

  test('an account with more quota has more room', () => {
    expect(at(limits(), /^Fargate/)).toBe(0);
    expect(at(limits({}, { overrides: { 'fargate-vcpu': 230 } }), /^Fargate/)).toBeGreaterThan(50);
  });

  test('name MediaLive, NAT and GPU only where the deployment has them', () => {
    const names = (fields: object) =>
      limits(fields)
        .map(({ what }) => what)
        .join();
    const none = names({});
    const all = names({ simulcast: true, managedEncoder: {}, compute: { gpuEncoders: {} } });
    for (const what of ['MediaLive', 'NAT ports', 'GPU encoder']) {
      expect(none).not.toContain(what);
      expect(all).toContain(what);
    }
  });

  test('a parameter of the workload moves its limit: what a cheaper design would carry', () => {
    const workload = { ...workloadOf(defaultLadder), originWrites: 1.5, leaseWrites: 0.5 };
    const rows = limits({}, { workload });
    expect(at(rows, /^S3 writes/)).toBe(2_333);
    expect(at(rows, /^DynamoDB writes to the leases/)).toBe(8_000);
  });

  test('no quota goes unused', () => {
    const rows = limits({ simulcast: true, managedEncoder: {} });
    for (const [name, { most }] of Object.entries(quotas)) {
      const raised = limits({ simulcast: true, managedEncoder: {} }, { overrides: { [name]: most * 3 } });
      const moved = rows.filter(({ what, capacity }) =>
        raised.some((row) => row.what === what && row.capacity > capacity),
      );
      expect([name, moved.length > 0]).toEqual([name, true]);
    }
  });
});
