// The times of the lease protocol, all of them here: whoever simulates or tests it imports them.
//
// A takeover cannot be faster than the lease time, so it is as short as it may be without taking leases from workers that
// live. A holder is taken for dead when no renewal came through for the whole of it. The worst that a living one shows is a
// store that does not answer a renewal, which began 500 ms after the one before and is given up after 1.3 s (SQLite under a
// lock that stays; DynamoDB after 1 s, two tries of 400 ms); the next one begins 100 ms later: 1.9 s. And nobody looks without a reason: a
// proxy whose link to the holder broke and that could not open another, or a sweep, which sees a lease every 5 s only. So a
// pause of a living process (garbage, a starved CPU) costs it nothing unless its link breaks at the same moment. Where a lease
// is taken too early all the same, nothing is lost: the epoch fences, and the proxy brings the publisher to whoever holds it.
//
// The price: on DynamoDB 2 writes a second for each broadcast on air, 7,200 an hour.

/** A lease unchanged for this long on an observer's clock may be taken. */
export const leaseMs = 2000;
/** From the beginning of one renewal to the next. */
export const renewEveryMs = 500;
/** From the end of one that took longer to the next. */
export const renewPauseMs = 100;
/** Between two looks of an observer at a lease that it waits for. */
export const observeEveryMs = 250;
/** How often a holder makes sure that it was not suspended. It must not depend on how long the store takes to answer. */
export const aliveEveryMs = 250;

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
