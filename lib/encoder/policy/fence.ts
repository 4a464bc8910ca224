/** A lease unchanged for this long on an observer's clock may be taken. */
export const leaseMs = 3000;

/**
 * Whether this process may still write for its lease. Times are its own monotonic milliseconds.
 *
 * While the control store is merely unavailable the holder goes on: nobody else can take the lease either. But a process that was itself
 * suspended for a lease time cannot know what happened meanwhile: it writes nothing until a renewal succeeded, and gives
 * up after a second without one.
 */
export class Fence {
  #aliveAtMs: number;
  #doubtSinceMs?: number;
  #lost = false;

  constructor(nowMs: number) {
    this.#aliveAtMs = nowMs;
  }

  /** Call at least every second while the process runs. */
  tick(nowMs: number): void {
    if (nowMs - this.#aliveAtMs >= leaseMs) this.#doubtSinceMs ??= nowMs;
    this.#aliveAtMs = nowMs;
    if (this.#doubtSinceMs !== undefined && nowMs - this.#doubtSinceMs >= 1000) this.#lost = true;
  }

  /** A renewal that was sent at `sentAtMs` has succeeded. */
  renewed(sentAtMs: number): void {
    if (this.#doubtSinceMs !== undefined && sentAtMs >= this.#doubtSinceMs) this.#doubtSinceMs = undefined;
  }

  /** The store says that the lease is another's. */
  lose(): void {
    this.#lost = true;
  }

  /** `doubt`: renew at once, write nothing until then. `lost`: never write again. */
  check(nowMs: number): 'open' | 'doubt' | 'lost' {
    this.tick(nowMs);
    if (this.#lost) return 'lost';
    return this.#doubtSinceMs === undefined ? 'open' : 'doubt';
  }
}
