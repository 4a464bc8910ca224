/**
 * How to retry. Each owner of a retry (a loop, a state machine, the page) has one policy: pauses grow up to a cap, and jitter
 * spreads callers that failed together.
 */
export interface RetryPolicy {
  /** Pause before the second try. 0: no pauses at all. */
  readonly firstMs: number;
  /** Growth from one pause to the next. @default 2 */
  readonly factor?: number;
  /** Cap on the pauses, before jitter. */
  readonly longestMs: number;
  /** Each pause is up to this share longer or shorter, from 0 to 1. */
  readonly jitter: number;
  /** Maximum number of tries, including the first. @default unlimited; the owner stops */
  readonly tries?: number;
}

/** `ms` ± `share` of it. `random`: in [0, 1). */
export const spread = (ms: number, share: number, random: number): number =>
  ms * (1 + share * (2 * random - 1));

/** The pause in ms before the next try. `failures`: consecutive, from 1. `random`: in [0, 1). */
export const pauseMs = (
  { firstMs, factor = 2, longestMs, jitter }: RetryPolicy,
  failures: number,
  random: number,
): number => spread(Math.min(firstMs * factor ** (failures - 1), longestMs), jitter, random);
