export interface OutageLimits {
  /** Failures over a shorter time are no outage. */
  readonly graceMs: number;
  /** It is over when tries have succeeded for so long and none has failed. */
  readonly steadyMs: number;
}

/**
 * Whether something that is tried again and again is out of order: told once when it begins and once when it is over,
 * though single tries succeed and fail in between. Times are monotonic milliseconds.
 */
export class Outage {
  readonly #limits: OutageLimits;
  #sinceMs?: number | undefined;
  #steadySinceMs?: number | undefined;
  #begun = false;

  constructor(limits: OutageLimits) {
    this.#limits = limits;
  }

  get begun(): boolean {
    return this.#begun;
  }

  /** A try failed, not long ago: there may be more. */
  get suspected(): boolean {
    return this.#sinceMs !== undefined;
  }

  /** A try failed. True where the outage begins with that; `atOnce`: it does, if it has not, whatever the grace time. */
  failed(nowMs: number, atOnce = false): boolean {
    this.#steadySinceMs = undefined;
    this.#sinceMs ??= nowMs;
    if (this.#begun || (!atOnce && nowMs - this.#sinceMs < this.#limits.graceMs)) return false;
    this.#begun = true;
    return true;
  }

  /** A try succeeded. Where the outage is over with that: how long it was, in ms. */
  succeeded(nowMs: number): number | undefined {
    if (this.#sinceMs === undefined) return undefined;
    this.#steadySinceMs ??= nowMs;
    return nowMs - this.#steadySinceMs < this.#limits.steadyMs ? undefined : this.conclude();
  }

  /** Nothing is left to be tried. Where an outage was over by then: how long it was, in ms. */
  conclude(): number | undefined {
    const [sinceMs, untilMs, begun] = [this.#sinceMs, this.#steadySinceMs, this.#begun];
    if (sinceMs === undefined || untilMs === undefined) return undefined;
    this.#sinceMs = undefined;
    this.#begun = false;
    return begun ? untilMs - sinceMs : undefined;
  }
}
