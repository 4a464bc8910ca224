import { expect, test } from '@jest/globals';
import { firstAfter, standstillMs } from '../../../drill/viewing/schedule.ts';

/** Segments that come every 2 s from 5 s on, as they end; from number 4 on `lateMs` later. */
const written = (lateMs: number) =>
  [0, 1, 2, 3, 4, 5].map((number) => ({ number, atMs: 5000 + number * 2000 + (number < 4 ? 0 : lateMs) }));

test('the delay of the first segment after a fault is measured against the earlier ones', () => {
  expect(firstAfter(written(2700), 11_300)).toEqual({ atMs: 15_700, lateMs: 2700 });
});

test('a fault without a delay is followed by a segment on time', () => {
  expect(firstAfter(written(0), 11_300)).toEqual({ atMs: 13_000, lateMs: 0 });
});

test('one segment that was late before the fault does not change the expectation', () => {
  const once = written(2700).map((segment) => ({
    ...segment,
    atMs: segment.atMs + (segment.number === 0 ? 900 : 0),
  }));
  expect(firstAfter(once, 11_300).lateMs).toBe(2700);
});

test('without a segment after the fault, or before it, nothing was measured', () => {
  expect(firstAfter(written(0), 60_000).lateMs).toBeNaN();
  expect(firstAfter(written(0), 0).lateMs).toBeNaN();
});

test('the live edge stalls for the longest time between two segments', () => {
  expect(standstillMs(written(1500))).toBe(3500);
  expect(standstillMs([])).toBe(0);
});
