/**
 * The shared tick that connections wait for between reads. A connection that has read everything available stops reading until
 * the next tick, so a publisher's trickle of packets costs one wake-up per period instead of one per packet. Adds at most
 * `periodMs` of latency. The timer runs only while connections are waiting.
 */
export class ReadBatch {
  readonly #periodMs: number;
  #waiting: (() => void)[] = [];

  /** `periodMs`: at least 1. */
  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  /** Calls `resume` at the next tick. */
  wait(resume: () => void): void {
    if (this.#waiting.push(resume) > 1) return;
    setTimeout(() => {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const each of waiting) each();
    }, this.#periodMs);
  }
}
