/** Where playback is, in ms. */
export interface LivePosition {
  /** How long ago the picture on screen reached the platform. */
  readonly latencyMs: number;
  readonly targetMs: number;
  /** Media ahead of the picture on screen. */
  readonly bufferedMs: number;
}

/** What brings playback to its target: a rate, or a jump forward by so much. */
export type LiveMove = { readonly rate: number } | { readonly jumpMs: number };

/** Nobody hears these. */
const slowest = 0.95;
const fastest = 1.08;
/** The rate changes by this much for each second from the target: half of what is left is gone after 4 s. */
const ratePerSecond = 0.2;
const rateStep = 0.02;
/** Nearer than this counts as there. */
const toleranceMs = 60;
/** With less than this ahead, no faster: the next part may be late. */
const leastBufferMs = 250;
/**
 * Farther than this, the rate takes too long (20 s at the fastest): what is already here is skipped. A viewer who stood still
 * for 2 s is back at the target within 15 s.
 */
const skipMs = 1_500;
/** Farther than this, it jumps whether the media is here or not. */
const mostMs = 10_000;

export function liveMove({ latencyMs, targetMs, bufferedMs }: LivePosition): LiveMove {
  const behindMs = latencyMs - targetMs;
  if (behindMs > mostMs) return { jumpMs: behindMs };
  if (behindMs > skipMs && bufferedMs - behindMs >= leastBufferMs) return { jumpMs: behindMs };
  if (Math.abs(behindMs) <= toleranceMs) return { rate: 1 };
  // In steps: each change costs the sound a hitch.
  const steps = Math.round((behindMs / 1_000) * (ratePerSecond / rateStep));
  const wanted = Math.min(fastest, Math.max(slowest, 1 + steps * rateStep));
  return { rate: bufferedMs < leastBufferMs ? Math.min(1, wanted) : wanted };
}
