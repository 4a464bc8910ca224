import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pauseMs, type RetryPolicy, spread } from '../../../lib/retry/policy/backoff.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const policy: fc.Arbitrary<RetryPolicy> = fc
  .record({
    firstMs: fc.integer({ min: 1, max: 5_000 }),
    longestMs: fc.integer({ min: 1, max: 60_000 }),
    factor: fc.double({ min: 1, max: 4, noNaN: true }),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ longestMs, ...rest }) => ({ ...rest, longestMs: Math.max(longestMs, rest.firstMs) }));

test('pauses double up to the cap', () => {
  const doubling = { firstMs: 100, longestMs: 1_000, jitter: 0.5 };
  const pauses = [1, 2, 3, 4, 5, 6].map((failures) => pauseMs(doubling, failures, 0.5));
  expect(pauses).toEqual([100, 200, 400, 800, 1_000, 1_000]);
});

test('chance makes a pause longer or shorter by the share that the policy says', () => {
  expect(spread(1_000, 0.25, 0)).toBe(750);
  expect(spread(1_000, 0.25, 0.5)).toBe(1_000);
  expect(spread(1_000, 0.25, 1)).toBe(1_250);
});

test('no pause is negative, none is over the cap by more than chance adds, and none is shorter than the one before', () => {
  fc.assert(
    fc.property(policy, fc.integer({ min: 1, max: 2_000 }), random, (policy, failures, random) => {
      const pause = pauseMs(policy, failures, random);
      expect(pause).toBeGreaterThanOrEqual(0);
      expect(pause).toBeLessThanOrEqual(policy.longestMs * (1 + policy.jitter));
      expect(pauseMs(policy, failures + 1, random)).toBeGreaterThanOrEqual(pause);
    }),
  );
});
