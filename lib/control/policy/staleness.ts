/**
 * Tracks how long each record's version has been unchanged, as seen by one observer's monotonic clock, starting from its first
 * observation. Bounded: beyond `limit` records, the least recently observed one is forgotten.
 */
export class StalenessTracker {
  readonly #seen = new Map<string, { version: number; sinceMs: number }>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Records that `key` has `version` now (`nowMs`, monotonic) and returns for how long it has had it. */
  unchangedForMs(key: string, version: number, nowMs: number): number {
    const known = this.#seen.get(key);
    const sinceMs = known?.version === version ? known.sinceMs : nowMs;
    // Delete and re-insert, so that the map is ordered by last observation.
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

  /** Starts over: while the store was unavailable nobody could write a sign of life. */
  forgetAll(): void {
    this.#seen.clear();
  }
}
