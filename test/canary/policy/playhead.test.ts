import { expect, test } from '@jest/globals';
import { type Arrival, simulatePlayer } from '../../../lib/canary/policy/playhead.ts';

/** Segments of 2 s; each comes as it ends, later by what `lateMs` says for its number. */
const arrivals = (count: number, lateMs: (number: number) => number = () => 0): Arrival[] =>
  Array.from({ length: count }, (_, number) => ({
    mediaStartMs: number * 2000,
    mediaEndMs: number * 2000 + 2000,
    arrivedAtMs: number * 2000 + 2000 + lateMs(number),
  }));

test('starts with 6 s buffered and never waits while segments arrive in time', () => {
  const playback = simulatePlayer(arrivals(20));
  expect(playback).toMatchObject({ startedAtMs: 6000, stalledMs: 0, stalls: [], skippedMs: 0 });
  // Right before a segment comes, two segments of the three are left.
  expect(playback?.leastAheadMs).toBe(4000);
});

test('a segment that is late by less than the buffer causes no stall', () => {
  const playback = simulatePlayer(arrivals(20, (number) => (number === 10 ? 4000 : 0)));
  expect(playback).toMatchObject({ stalledMs: 0, leastAheadMs: 0 });
});

test('a later segment stalls the player for the rest, and leaves it that much further behind', () => {
  const playback = simulatePlayer(arrivals(20, (number) => (number === 10 ? 5500 : 0)));
  expect(playback?.stalledMs).toBe(1500);
  // Segment 10 begins at 20 s of media, which the player reaches 6 s after it began to come.
  expect(playback?.stalls).toEqual([{ fromMs: 26_000, toMs: 27_500 }]);
});

test('a second delay within what the first stall gained does not stall again', () => {
  const late = (number: number) => (number === 10 ? 5500 : number === 15 ? 5000 : 0);
  expect(simulatePlayer(arrivals(20, late))?.stalledMs).toBe(1500);
});

test('missing media is skipped, and what follows is needed that much earlier', () => {
  const gap = arrivals(20).filter(({ mediaStartMs }) => mediaStartMs !== 20_000);
  expect(simulatePlayer(gap)).toMatchObject({ skippedMs: 2000, stalledMs: 0 });
  const two = arrivals(20).filter(({ mediaStartMs }) => mediaStartMs < 20_000 || mediaStartMs >= 26_000);
  // 6 s were ahead at most; 6 s are skipped, and the segment after them has just begun to be made.
  expect(simulatePlayer(two)).toMatchObject({ skippedMs: 6000, stalledMs: 2000 });
});

test('a late joiner starts 6 s behind the live edge at that time', () => {
  const joined = arrivals(20, (number) => Math.max(0, 21_000 - (number * 2000 + 2000)));
  const playback = simulatePlayer(joined.slice(5));
  expect(playback?.startedAtMs).toBe(21_000);
  expect(playback?.stalledMs).toBe(0);
});

test('media shorter than the buffer cannot be judged', () => {
  expect(simulatePlayer(arrivals(2))).toBeUndefined();
  expect(simulatePlayer([])).toBeUndefined();
});

test('the buffer shrinks in real time and grows with each segment', () => {
  const levels = simulatePlayer(arrivals(6))?.buffer.map(({ atMs, aheadMs }) => [atMs, aheadMs]);
  expect(levels).toEqual([
    [6000, 6000],
    [8000, 4000],
    [8000, 6000],
    [10_000, 4000],
    [10_000, 6000],
    [12_000, 4000],
    [12_000, 6000],
  ]);
});
