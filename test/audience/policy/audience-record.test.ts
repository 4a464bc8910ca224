import { expect, test } from '@jest/globals';
import { afterTake, isCurrent } from '../../../lib/audience/policy/audience-record.ts';
import type { StreamAudience } from '../../../lib/control-store/audience.ts';
import type { BroadcastId } from '../../../lib/routing/ids.ts';

const broadcastId = '1jm8p0v4c7h2kqv0' as BroadcastId;
const take = {
  streamPath: 'local/7h2kqv0m4x9rt3bz',
  broadcastId,
  viewers: 3,
  peak: 4,
  plays: 5,
  watchMs: 30_000,
  toldMs: 20_000,
  stalledMs: 100,
  startups: [1, 2],
};
const startMs = 1_764_000_000_000;

function after(takes: readonly { viewers: number; atMs: number }[]): StreamAudience {
  let record: StreamAudience | undefined;
  for (const { viewers, atMs } of takes)
    record = afterTake(record, { ...take, viewers, peak: viewers }, atMs);
  return record!;
}

test('takes of a broadcast add up', () => {
  const first = afterTake(undefined, take, startMs)!;
  const second = afterTake(first, { ...take, viewers: 1, peak: 2, watchMs: 30_000.4 }, startMs + 10_000)!;
  expect(second).toMatchObject({
    viewers: 1,
    peak: 4,
    plays: 10,
    watchMs: 60_000,
    toldMs: 40_000,
    stalledMs: 200,
  });
  expect(second.startups.slice(0, 3)).toEqual([2, 4, 0]);
  expect(second.series).toEqual({ startMs, stepMs: 10_000, viewers: [4, 2] });
});

test('a newer broadcast begins anew, and an older one changes nothing', () => {
  const first = afterTake(undefined, take, startMs)!;
  const newer = '1jm8p0v4d0000000' as BroadcastId;
  const second = afterTake(first, { ...take, broadcastId: newer }, startMs + 10_000)!;
  expect(second).toMatchObject({ broadcastId: newer, plays: 5, series: { viewers: [4] } });
  expect(afterTake(second, take, startMs + 20_000)).toBeUndefined();
});

test('steps without a take had no viewers', () => {
  const { series } = after([
    { viewers: 2, atMs: startMs },
    { viewers: 5, atMs: startMs + 40_000 },
  ]);
  expect(series.viewers).toEqual([2, 0, 0, 0, 5]);
});

test('a long broadcast has at most 240 steps, with the peak of each', () => {
  const record = after(
    Array.from({ length: 3_000 }, (_, at) => ({
      viewers: at === 1_234 ? 99 : 1,
      atMs: startMs + at * 10_000,
    })),
  );
  const { viewers, stepMs, startMs: from } = record.series;
  expect(viewers.length).toBeLessThanOrEqual(240);
  expect(viewers.length * stepMs).toBeGreaterThanOrEqual(30_000_000);
  expect(from % stepMs).toBe(0);
  expect(viewers.indexOf(99)).toBe(Math.floor((startMs + 12_340_000 - from) / stepMs));
});

test('a recording watched a year later stays bounded', () => {
  const { series } = after([
    { viewers: 1, atMs: startMs },
    { viewers: 2, atMs: startMs + 31_536_000_000 },
  ]);
  expect(series.viewers.length).toBeLessThanOrEqual(240);
  expect(series.viewers.at(-1)).toBe(2);
});

test('what was not written for long has no viewers now', () => {
  const record = afterTake(undefined, take, startMs)!;
  expect(isCurrent(record, startMs + 15_000)).toBe(true);
  expect(isCurrent(record, startMs + 60_000)).toBe(false);
});

test('the record of a long broadcast stays below two write units', () => {
  const record = after(
    Array.from({ length: 1_000 }, (_, at) => ({ viewers: 1_000 + at, atMs: startMs + at * 10_000 })),
  );
  expect(JSON.stringify(record).length).toBeLessThan(2_048);
});
