import { expect, test } from '@jest/globals';
import { liveAudience } from '../../simulate/scenarios/live.ts';
import { figureOf, smallScale } from './small-scale.ts';

test('each version is asked for once behind the shield, and viewers get over a lost worker and hanging live origins', async () => {
  const report = await liveAudience.run({ ...smallScale, dayMs: 300_000 }, 4);
  expect(report.broken).toEqual([]);
  expect(figureOf(report, 'requests for one version, most behind the shield')).toBe(1);
  // A playlist and a part of each of five tracks, four times a second, and growing segments beside.
  const workerRequests = figureOf(report, 'live origin to worker');
  expect(workerRequests).toBeGreaterThanOrEqual(40);
  expect(workerRequests).toBeLessThan(48);
  expect(figureOf(report, 'shield to object store')).toBe(0);
  expect(figureOf(report, 'worker lost: longest time without a part at an edge')).toBeGreaterThan(1);
  expect(figureOf(report, 'live origins hang: reads of the object store')).toBeLessThan(50);
  expect(figureOf(report, 'a day: parts that viewers had')).toBeGreaterThan(1_000);
});

test('is reported alike for the same seed', async () => {
  const scale = { ...smallScale, pops: 1, dayMs: 10_000 };
  const [one, same] = [await liveAudience.run(scale, 7), await liveAudience.run(scale, 7)];
  expect(same).toEqual(one);
});
