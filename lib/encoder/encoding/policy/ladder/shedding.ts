/** How far ffmpeg's output may lag behind its input, and for how long, before the machine counts as too slow. */
const lagLimitMs = 3000;
const sustainedMs = 4000;
/** A new ffmpeg first works through the media that it was started with; it is judged after this. */
const settleMs = 8000;

/** `behind`: too far, but not for long enough to shed. */
export type LagVerdict = 'keep' | 'behind' | 'shed';

/**
 * Watches one ffmpeg's lag: stream time fed in minus stream time that came out. Returns `shed` once when the lag has stayed
 * too large for too long without shrinking. Times are monotonic milliseconds.
 */
export class LagWatch {
  readonly #startedAtMs: number;
  #since?: { readonly atMs: number; readonly lagMs: number };

  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
  }

  observe(lagMs: number, nowMs: number): LagVerdict {
    if (nowMs - this.#startedAtMs < settleMs || lagMs <= lagLimitMs) {
      this.#since = undefined;
      return 'keep';
    }
    this.#since ??= { atMs: nowMs, lagMs };
    const { atMs, lagMs: firstLagMs } = this.#since;
    if (nowMs - atMs < sustainedMs) return 'behind';
    // It is catching up: this was a temporary stall, not a machine that is too slow.
    if (lagMs < firstLagMs - sustainedMs / 4) {
      this.#since = { atMs: nowMs, lagMs };
      return 'behind';
    }
    return 'shed';
  }
}

/** The speed, as a multiple of real time, of an ffmpeg that fell behind by `lagMs` while it was watched. */
export const speedOf = (lagMs: number): number => Math.max(0.1, 1 - lagMs / 10_000);
