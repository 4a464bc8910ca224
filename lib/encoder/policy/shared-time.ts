/** Dates are in whole seconds and an answer takes its time: what is off by less cannot be told from a clock that is right. */
const toleranceMs = 2_500;
/** An answer that took longer may have lain with us: its date says little of now. */
const longestAnswerMs = 1_000;
const halfSecondMs = 500;

/** What time it was for the origin when it answered, and how long the answer took on our own clock. */
export interface OriginDate {
  /** Unix time, to the second. */
  readonly dateMs: number;
  readonly tookMs: number;
}

/**
 * The wall-clock time that is written into manifests, so that all workers mean the same by it: the host's, unless that is plainly
 * off the origin's. It steps only where the host's does, or where that is found to be off.
 */
export class SharedTime {
  readonly #hostMs: () => number;
  #correctionMs = 0;

  /** `hostMs`: the host's own wall clock. */
  constructor(hostMs: () => number) {
    this.#hostMs = hostMs;
  }

  now(): number {
    return this.#hostMs() + this.#correctionMs;
  }

  /** Returns by how much the host is off, where that is news. */
  heard({ dateMs, tookMs }: OriginDate): number | undefined {
    const offMs = dateMs + halfSecondMs - this.now();
    if (tookMs > longestAnswerMs || Math.abs(offMs) <= toleranceMs) return undefined;
    const correctionMs = dateMs + halfSecondMs - this.#hostMs();
    // A host that has been put right needs none.
    this.#correctionMs = Math.abs(correctionMs) <= toleranceMs ? 0 : correctionMs;
    return 0 - this.#correctionMs;
  }
}
