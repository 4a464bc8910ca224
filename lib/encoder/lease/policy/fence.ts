// The times of the lease protocol, all of them here: whoever simulates or tests it imports them.
//
// A takeover cannot be faster than the lease time, so it is as short as it may be without taking leases from workers that
// live. A holder is taken for dead when no renewal came through for the whole of it. The worst that a living one shows is a
// store that does not answer a renewal, which began 500 ms after the one before and is given up after 1.3 s (SQLite under a
// lock that stays; DynamoDB after 1 s, two tries of 400 ms); the next one begins 100 ms later: 1.9 s. And nobody looks
// without a reason: a proxy whose link to the holder broke and that could not open another, or a sweep, which sees a lease
// every 5 s only. So a pause of a living process (garbage, a starved CPU) costs it nothing unless its link breaks at the
// same moment. Where a lease is taken too early all the same, nothing is lost: the epoch fences, and the proxy brings the
// publisher to whoever holds it.
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
/** The same where the holder is about to let go: each look that comes too late is time that viewers wait. */
export const standbyEveryMs = 100;
/** How often a holder makes sure that it was not suspended. It must not depend on how long the store takes to answer. */
export const aliveEveryMs = 250;

/** So long after a renewal was sent nobody has the lease yet, even by a clock that runs a fifth faster than ours. */
const sureMs = 0.8 * leaseMs;
/** A process that was suspended gives up after so long without a renewal. */
const giveUpMs = 1000;

/** `doubt`: renew at once, write nothing until then. `lost`: never write again. */
export type FenceState = 'open' | 'doubt' | 'lost';

/**
 * Whether this process may still write for its lease. Times are its own monotonic milliseconds.
 *
 * It may for a while after each renewal that came through. While the control store does not answer the holder goes on, too:
 * nobody else can take the lease then. But a process that was itself suspended cannot know what happened meanwhile: it
 * writes nothing until a renewal succeeded that it sent afterwards, and gives up after a second without one.
 */
export class Fence {
  /** When the last renewal that came through was sent. */
  #renewedAtMs: number;
  /** When this process surely ran last. */
  #aliveAtMs: number;
  /** The last renewal had no answer. */
  #unanswered = false;
  #suspendedSinceMs?: number | undefined;
  #lost = false;

  /** `takenAtMs`: when taking the lease was asked for. */
  constructor(takenAtMs: number) {
    this.#renewedAtMs = takenAtMs;
    this.#aliveAtMs = takenAtMs;
  }

  /** A renewal that was sent at `sentAtMs` has succeeded. */
  renewed(sentAtMs: number): void {
    this.#unanswered = false;
    if (this.#suspendedSinceMs !== undefined && sentAtMs < this.#suspendedSinceMs) return;
    this.#suspendedSinceMs = undefined;
    this.#renewedAtMs = Math.max(this.#renewedAtMs, sentAtMs);
  }

  /** The control store did not answer a renewal. */
  unanswered(): void {
    this.#unanswered = true;
  }

  /** The lease is another's. */
  lose(): void {
    this.#lost = true;
  }

  /** Ask before each write, and every {@link aliveEveryMs} while the process runs. */
  check(nowMs: number): FenceState {
    if (nowMs - this.#aliveAtMs >= sureMs) this.#suspendedSinceMs ??= nowMs;
    this.#aliveAtMs = nowMs;
    if (this.#suspendedSinceMs !== undefined && nowMs - this.#suspendedSinceMs >= giveUpMs) this.#lost = true;
    if (this.#lost) return 'lost';
    if (this.#suspendedSinceMs !== undefined) return 'doubt';
    // A renewal that is late is under way; its answer, or that there is none, opens or closes this within its time limit.
    return this.#unanswered || nowMs - this.#renewedAtMs < sureMs ? 'open' : 'doubt';
  }
}
