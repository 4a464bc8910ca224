/**
 * How long the version of each record stood still, as one observer saw it by its own monotonic clock. What is seen for
 * the first time counts from then. Bounded: of more than `limit` records the one looked at longest ago is forgotten.
 */
export class StalenessTracker {
  readonly #seen = new Map<string, { version: number; sinceMs: number }>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes in that the record `key` has `version` now (`nowMs`, monotonic), and tells for how long it has had it. */
  unchangedForMs(key: string, version: number, nowMs: number): number {
    const known = this.#seen.get(key);
    const sinceMs = known?.version === version ? known.sinceMs : nowMs;
    // Deleted and set again: the map's order is then the order of looking.
    this.#seen.delete(key);
    this.#seen.set(key, { version, sinceMs });
    if (this.#seen.size > this.#limit) {
      for (const oldest of this.#seen.keys()) {
        this.#seen.delete(oldest);
        break;
      }
    }
    return nowMs - sinceMs;
  }

  /** Begins to look anew: while the store was away nobody could write a sign of life. */
  forgetAll(): void {
    this.#seen.clear();
  }
}
