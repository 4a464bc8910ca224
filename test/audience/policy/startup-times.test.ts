import { expect, test } from '@jest/globals';
import {
  addStartups,
  startupBucketOf,
  startupBuckets,
  startupPercentile,
} from '../../../lib/audience/policy/startup-times.ts';

test('a percentile is at most a tenth off', () => {
  for (let ms = 60; ms < 50_000; ms = Math.ceil(ms * 1.07)) {
    const counts = new Array<number>(startupBuckets).fill(0);
    counts[startupBucketOf(ms)] = 3;
    expect(Math.abs(startupPercentile(counts, 0.5)! - ms) / ms).toBeLessThanOrEqual(0.1);
  }
});

test('percentiles are of all starts, in order', () => {
  const counts = [...Array(95).fill(400), ...Array(5).fill(9_000)].reduce<number[]>((all, ms) => {
    const one: number[] = [];
    one[startupBucketOf(ms)] = 1;
    return addStartups(all, one);
  }, []);
  expect(startupPercentile(counts, 0.95)).toBeLessThan(450);
  expect(startupPercentile(counts, 0.96)).toBeGreaterThan(8_000);
});

test('without starts there is no percentile', () => {
  expect(startupPercentile([], 0.5)).toBeUndefined();
  expect(startupPercentile([0, 0], 0.5)).toBeUndefined();
});

test.each([0, -1, 1e9, Number.POSITIVE_INFINITY])('%s ms has a bucket', (ms) => {
  expect(startupBucketOf(ms)).toBeGreaterThanOrEqual(0);
  expect(startupBucketOf(ms)).toBeLessThan(startupBuckets);
});
