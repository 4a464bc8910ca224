import { pauseMs, type RetryPolicy } from '../../../../retry/policy/backoff.ts';

/** How long the lag must have been small before a rung comes back; doubled by each try that fails. */
const returnWaits = { firstMs: 30_000, longestMs: 600_000, jitter: 0.25 } as const satisfies RetryPolicy;
/** A rung on trial: shed this soon after its return it was too much. After this time the next rung may follow, and waits are short. */
const steadyMs = 120_000;
/** Well below the lag at which a rung is shed. */
const calmLagMs = 1500;
/** How long a worker watches one try, or waits after one of its broadcasts was behind, before it tries another rung. */
const turnMs = 20_000;

/**
 * When a broadcast gets back the rungs that it had to shed: one at a time, after a wait that grows as tries fail. Times are
 * monotonic milliseconds.
 */
export class RungReturn {
  readonly #random: (tries: number) => number;
  #failures = 0;
  #tries = 0;
  #calmSinceMs?: number | undefined;
  #returnedAtMs?: number | undefined;

  /** `random`: in [0, 1), by the number of tries; equal for a broadcast whenever it is asked, and different for each one. */
  constructor(random: (tries: number) => number) {
    this.#random = random;
  }

  /** A rung has come back so recently that whatever goes wrong is put down to it. */
  isOnTrial(nowMs: number): boolean {
    return this.#returnedAtMs !== undefined && nowMs - this.#returnedAtMs < steadyMs;
  }

  shed(nowMs: number): void {
    if (this.isOnTrial(nowMs)) this.#failures++;
    else this.#forgive(nowMs);
    this.#returnedAtMs = undefined;
    this.#calmSinceMs = undefined;
  }

  returned(nowMs: number): void {
    this.#tries++;
    this.#returnedAtMs = nowMs;
    this.#calmSinceMs = undefined;
  }

  /** Call a few times a second. True once the lag has been small for long enough, and no rung is on trial. */
  isDue(lagMs: number, nowMs: number): boolean {
    this.#forgive(nowMs);
    if (lagMs > calmLagMs) this.#calmSinceMs = undefined;
    else this.#calmSinceMs ??= nowMs;
    if (this.#calmSinceMs === undefined || this.isOnTrial(nowMs)) return false;
    const waitMs = pauseMs(returnWaits, this.#failures + 1, this.#random(this.#tries));
    return nowMs - this.#calmSinceMs >= waitMs;
  }

  #forgive(nowMs: number): void {
    if (this.#returnedAtMs !== undefined && nowMs - this.#returnedAtMs >= steadyMs) this.#failures = 0;
  }
}

/** Lets the broadcasts of a worker try a rung one after the other, and none while one of them is behind real time. */
export class ReturnTurn {
  #freeAtMs = Number.NEGATIVE_INFINITY;

  /** Returns whether a rung may come back now; if so, the next one has to wait. */
  take(nowMs: number): boolean {
    if (nowMs < this.#freeAtMs) return false;
    this.#freeAtMs = nowMs + turnMs;
    return true;
  }

  /** One of the broadcasts is behind. */
  behind(nowMs: number): void {
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs + turnMs);
  }
}
