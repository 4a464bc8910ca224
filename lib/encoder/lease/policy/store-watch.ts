import { Outage } from '../../policy/outage.ts';
import { leaseMs } from './fence.ts';

/**
 * The longest time between two of our writes that were taken in which a holder is sure to have had its chance, too: both
 * try every second or so, and an adapter gives up a try within about a second.
 */
const longestPauseMs = 2000;

/**
 * What a worker knows of the control store by its own reads and writes.
 *
 * A holder shows by a write that it lives. Where the store takes no writes (it is down, its disk is full) all leases stand
 * still, and that says nothing of their holders. So what an observer concludes from a lease that stands still is bounded by
 * the time for which its own writes were taken: {@link standsStillMs}. Times are monotonic milliseconds.
 */
export class StoreWatch {
  readonly #outage = new Outage({ graceMs: 0, steadyMs: leaseMs });
  #wroteAtMs = Number.NEGATIVE_INFINITY;
  #writableSinceMs?: number | undefined;

  /** The store does not do its work, or has not done it for a lease time again. */
  get away(): boolean {
    return this.#outage.begun;
  }

  /** The store took a write. Where it is back with that: for how long it was away, in ms. */
  wrote(nowMs: number): number | undefined {
    if (nowMs - this.#wroteAtMs > longestPauseMs) this.#writableSinceMs = nowMs;
    this.#wroteAtMs = nowMs;
    this.#writableSinceMs ??= nowMs;
    return this.#outage.succeeded(nowMs);
  }

  /** It did not take a write, or did not answer a read. True where it is away since now. */
  failed(nowMs: number): boolean {
    this.#writableSinceMs = undefined;
    return this.#outage.failed(nowMs);
  }

  /** For how long a record that has not changed since `sinceMs` could have been changed. */
  standsStillMs(sinceMs: number, nowMs: number): number {
    return this.#writableSinceMs === undefined ? 0 : nowMs - Math.max(sinceMs, this.#writableSinceMs);
  }
}
