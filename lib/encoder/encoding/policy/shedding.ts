/** How far what leaves ffmpeg may lag behind what goes in, and for how long, before the machine counts as too slow. */
const lagLimitMs = 3000;
const sustainedMs = 4000;
/** A new ffmpeg first works off what it was given at once; it is judged after this. */
const settleMs = 8000;

/**
 * Watches one ffmpeg's lag: stream time fed to it minus stream time that came out of it. Says `shed` once when it has
 * been too long for too long without getting better. Times are monotonic milliseconds.
 */
export class LagWatch {
  readonly #startedAtMs: number;
  #since?: { readonly atMs: number; readonly lagMs: number };

  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
  }

  observe(lagMs: number, nowMs: number): 'keep' | 'shed' {
    if (nowMs - this.#startedAtMs < settleMs || lagMs <= lagLimitMs) {
      this.#since = undefined;
      return 'keep';
    }
    this.#since ??= { atMs: nowMs, lagMs };
    const { atMs, lagMs: firstLagMs } = this.#since;
    if (nowMs - atMs < sustainedMs) return 'keep';
    // It is catching up: a stall that is over, not a machine that is too slow.
    if (lagMs < firstLagMs - sustainedMs / 4) {
      this.#since = { atMs: nowMs, lagMs };
      return 'keep';
    }
    return 'shed';
  }
}

/** Times real time at which an ffmpeg works that fell behind by `lagMs` while it was watched. */
export const speedOf = (lagMs: number): number => Math.max(0.1, 1 - lagMs / 10_000);
