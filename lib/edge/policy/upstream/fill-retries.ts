import type { RetryPolicy } from '../../../retry/policy/backoff.ts';

/**
 * While the next tier is unreachable. A tier whose process died is back within a second: waiting for it is better than an error
 * that a player has to handle.
 */
export const untilTierIsUp: RetryPolicy = {
  firstMs: 150,
  factor: 1.5,
  longestMs: 400,
  jitter: 0.15,
  tries: 5,
};
