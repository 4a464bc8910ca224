import { describe, expect, test } from '@jest/globals';
import { median, medianSlope, percentile, range } from '../../../testkit/report/statistics.ts';

describe('statistics of the bench', () => {
  test.each([
    [[3, 1, 2], 2],
    [[10, 9, 100], 10],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
  ])('the median of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  test('the median of nothing is not a number', () => {
    expect(median([])).toBeNaN();
  });

  test.each([
    [50, 50],
    [95, 95],
    [99, 99],
    [100, 100],
    [0, 1],
  ])('percentile %d of 1 to 100 is %d, in whatever order they come', (percent, expected) => {
    const values = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) + 1);
    expect(percentile(values, percent)).toBe(expected);
  });

  test('a percentile is always one of the values', () => {
    expect(percentile([10, 20], 50)).toBe(10);
    expect(percentile([10, 20], 51)).toBe(20);
    expect(percentile([], 50)).toBeNaN();
  });

  test('the range has the lowest and the highest', () => {
    expect(range([5, -1, 9])).toEqual([-1, 9]);
  });

  test('the median slope is that of the line, whatever one stray point does', () => {
    const points = Array.from({ length: 9 }, (_, x) => ({ x, y: 3 * x + 1 }));
    expect(medianSlope(points)).toBe(3);
    expect(medianSlope([{ x: -1.9, y: 1 }, ...points.slice(1)])).toBe(3);
    expect(medianSlope(points.slice(0, 1))).toBeNaN();
  });
});
