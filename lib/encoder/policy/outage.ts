export interface OutageLimits {
  /** Failures over less time than this don't count as an outage. */
  readonly graceMs: number;
  /** An outage ends once attempts have succeeded for this long without a failure. */
  readonly steadyMs: number;
}

/**
 * Detects outages of something that is retried again and again: reports each one once when it begins and once when it ends,
 * even if single attempts succeed or fail in between. Times are monotonic milliseconds.
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

  /** An attempt failed recently: more may fail. */
  get suspected(): boolean {
    return this.#sinceMs !== undefined;
  }

  /** An attempt failed. Returns true if an outage begins with it; with `atOnce` the grace time doesn't apply. */
  failed(nowMs: number, atOnce = false): boolean {
    this.#steadySinceMs = undefined;
    this.#sinceMs ??= nowMs;
    if (this.#begun || (!atOnce && nowMs - this.#sinceMs < this.#limits.graceMs)) return false;
    this.#begun = true;
    return true;
  }

  /** An attempt succeeded. If that ends an outage, returns how long it lasted, in ms. */
  succeeded(nowMs: number): number | undefined {
    if (this.#sinceMs === undefined) return undefined;
    this.#steadySinceMs ??= nowMs;
    return nowMs - this.#steadySinceMs < this.#limits.steadyMs ? undefined : this.conclude();
  }

  /** No attempts will follow. If an outage had ended by then, returns how long it lasted, in ms. */
  conclude(): number | undefined {
    const [sinceMs, untilMs, begun] = [this.#sinceMs, this.#steadySinceMs, this.#begun];
    if (sinceMs === undefined || untilMs === undefined) return undefined;
    this.#sinceMs = undefined;
    this.#begun = false;
    return begun ? untilMs - sinceMs : undefined;
  }
}
