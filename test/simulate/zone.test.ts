import { describe, expect, test } from '@jest/globals';
import { leaseMs } from '../../lib/encoder/lease/policy/fence.ts';
import { routeTiming } from '../../lib/ingest/policy/route-timing.ts';
import { defaultLimits } from '../../lib/ingest/proxy.ts';
import { zoneLost } from '../../simulate/scenarios/zone.ts';
import { facts } from '../../simulate/world/facts.ts';
import { figureOf, smallScale } from './small-scale.ts';

/** The proxy hears nothing, watches the lease expire, and asks the next worker. */
const boundMs =
  defaultLimits.doubtMs + leaseMs + 3 * routeTiming.linkEveryMs + 20 * (facts.storeMs + facts.networkMs);

describe('a lost zone', () => {
  test('moves what was in it and nothing else, in bounded time, to one owner each', async () => {
    const report = await zoneLost.run(smallScale, 7);
    expect(report.broken).toEqual([]);
    const least = figureOf(report, 'broadcasts that lost their worker and lasted (the least that must move)');
    expect(least).toBeGreaterThan(5);
    expect(figureOf(report, 'of them moved')).toBe(least);
    expect(figureOf(report, 'moved without need')).toBe(0);
    const most = figureOf(report, 'worker lost, moved by the proxy: most');
    expect(most).toBeLessThanOrEqual(boundMs / 1000);
    expect(most).toBeGreaterThan(leaseMs / 1000);
    expect(figureOf(report, 'everyone on air again after')).toBeLessThan(8 * 60);
  });

  test('is reported alike for the same seed, and otherwise for another', async () => {
    const [one, same, another] = await Promise.all([7, 7, 8].map((seed) => zoneLost.run(smallScale, seed)));
    expect(same).toEqual(one);
    expect(another).not.toEqual(one);
  });
});
