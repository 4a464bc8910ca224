/** Dates have whole seconds and responses take time: a smaller difference is indistinguishable from a correct clock. */
const toleranceMs = 2_500;
/** A response that took longer may have been delayed on our side: its date says little about now. */
const maxAnswerMs = 1_000;
const halfSecondMs = 500;

/** The origin's time when it answered, and how long the response took on our own clock. */
export interface OriginDate {
  /** Unix time, to the second. */
  readonly dateMs: number;
  readonly tookMs: number;
}

/**
 * The wall-clock time written into manifests, so that all workers mean the same time: the host's, unless it clearly differs
 * from the origin's. It steps only when the host's does, or when the host's turns out to be wrong.
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

  /** Returns the host's error in ms if it has changed, else undefined. */
  heard({ dateMs, tookMs }: OriginDate): number | undefined {
    const offMs = dateMs + halfSecondMs - this.now();
    if (tookMs > maxAnswerMs || Math.abs(offMs) <= toleranceMs) return undefined;
    const correctionMs = dateMs + halfSecondMs - this.#hostMs();
    // A corrected host clock needs no correction.
    this.#correctionMs = Math.abs(correctionMs) <= toleranceMs ? 0 : correctionMs;
    return 0 - this.#correctionMs;
  }
}
