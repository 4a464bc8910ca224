import type { RetryPolicy } from '../../retry/policy/backoff.ts';

/**
 * While the next tier can't be reached. A tier whose process died is back within a second, so waiting about that long beats an
 * error that players have to recover from.
 */
export const untilTierIsUp: RetryPolicy = {
  firstMs: 150,
  factor: 1.5,
  longestMs: 400,
  jitter: 0.15,
  tries: 5,
};
