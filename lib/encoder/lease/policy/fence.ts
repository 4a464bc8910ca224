import { leaseMs } from '../../../control-store/fleet-times.ts';

// All timing of the lease protocol; simulations and tests import it from here.
// A takeover cannot be faster than the lease time, so that is as short as possible without taking leases from live workers. A
// holder counts as dead when no renewal arrived for the whole lease time. The worst case for a live one is a store that
// doesn't answer a renewal, which began 500 ms after the previous one and times out after 1.3 s (SQLite under a lock that
// stays; DynamoDB after 1 s, two tries of 400 ms); the next one begins 100 ms later: 1.9 s in total. And nobody checks a
// lease without a reason: only a proxy whose link to the holder broke and that could not open another, or that has heard nothing
// from it for most of a second, or a sweep, which sees a lease only every 5 s. So a pause of a live process (garbage collection, a
// starved CPU) costs nothing if it is shorter than the lease. If a lease is taken too early anyway, nothing is lost: the epoch
// fences, and the proxy takes the publisher to the new holder.
// The price: on DynamoDB, 2 writes a second for each live broadcast, 7,200 an hour.

export { leaseMs };
/** From the start of one renewal to the start of the next. */
export const renewEveryMs = 500;
/** From the end of a slow renewal to the start of the next. */
export const renewPauseMs = 100;
/** How often an observer reads a lease that it waits for. */
export const observeEveryMs = 250;
/** The same for a holder that is about to release it: viewers wait for as long as we notice too late. */
export const standbyEveryMs = 100;
/** The longest that an observer waits for that: the holder's proxy waits for a key frame, and its origin may be slow. */
export const standbyMs = 30_000;
/** How often a holder checks that it wasn't suspended. Must not depend on how long the store takes to answer. */
export const aliveEveryMs = 250;

/** For this long after a renewal was sent nobody else can have the lease, even by a clock that runs 20 % faster than ours. */
const sureMs = 0.8 * leaseMs;
/** A process that was suspended gives up after this long without a renewal. */
const giveUpMs = 1000;

/** `doubt`: renew now, write nothing until that succeeds. `lost`: never write again. */
export type FenceState = 'open' | 'doubt' | 'lost';

/**
 * Whether this process may still write under its lease. Times are its own monotonic milliseconds.
 *
 * It may for a while after each successful renewal, and also while the control store doesn't answer: nobody else can take the
 * lease then either. But a process that was itself suspended cannot know what happened meanwhile: it writes nothing until a
 * renewal that it sent afterwards has succeeded, and gives up after a second without one.
 */
export class Fence {
  /** When the last successful renewal was sent. */
  #renewedAtMs: number;
  /** When this process was last known to be running. */
  #aliveAtMs: number;
  /** The last renewal got no answer. */
  #unanswered = false;
  #suspendedSinceMs?: number | undefined;
  #lost = false;

  /** `takenAtMs`: when the request to take the lease was sent. */
  constructor(takenAtMs: number) {
    this.#renewedAtMs = takenAtMs;
    this.#aliveAtMs = takenAtMs;
  }

  /** A renewal sent at `sentAtMs` has succeeded. */
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

  /** Another worker has the lease. */
  lose(): void {
    this.#lost = true;
  }

  /** Call before each write, and every {@link aliveEveryMs} while the process runs. */
  check(nowMs: number): FenceState {
    if (nowMs - this.#aliveAtMs >= sureMs) this.#suspendedSinceMs ??= nowMs;
    this.#aliveAtMs = nowMs;
    if (this.#suspendedSinceMs !== undefined && nowMs - this.#suspendedSinceMs >= giveUpMs) this.#lost = true;
    if (this.#lost) return 'lost';
    if (this.#suspendedSinceMs !== undefined) return 'doubt';
    // A late renewal is still under way: its answer, or its timeout, opens or closes this soon.
    return this.#unanswered || nowMs - this.#renewedAtMs < sureMs ? 'open' : 'doubt';
  }
}
