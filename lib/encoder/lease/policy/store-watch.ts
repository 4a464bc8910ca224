import { Outage } from '../../policy/outage.ts';
import { leaseMs } from './fence.ts';

/**
 * The longest gap between two of our successful writes in which a holder must have had a chance to write, too: both try every
 * second or so, and an adapter abandons an attempt within about a second.
 */
const maxPauseMs = 2000;

/**
 * What a worker knows about the control store from its own reads and writes.
 *
 * A holder proves by a write that it is alive. While the store accepts no writes (it is down, its disk is full), all leases
 * stay unchanged, which proves nothing about their holders. So what an observer concludes from an unchanged lease is limited
 * by how long its own writes succeeded: {@link unchangedMs}. Times are monotonic milliseconds.
 */
export class StoreWatch {
  readonly #outage = new Outage({ graceMs: 0, steadyMs: leaseMs });
  #wroteAtMs = Number.NEGATIVE_INFINITY;
  #writableSinceMs?: number | undefined;

  /** The store isn't working, or hasn't been working again for a full lease time. */
  get away(): boolean {
    return this.#outage.begun;
  }

  /** A write succeeded. If that ends an outage, returns how long it lasted, in ms. */
  wrote(nowMs: number): number | undefined {
    if (nowMs - this.#wroteAtMs > maxPauseMs) this.#writableSinceMs = nowMs;
    this.#wroteAtMs = nowMs;
    this.#writableSinceMs ??= nowMs;
    return this.#outage.succeeded(nowMs);
  }

  /** A write failed, or a read got no response. Returns true if an outage begins with that. */
  failed(nowMs: number): boolean {
    this.#writableSinceMs = undefined;
    return this.#outage.failed(nowMs);
  }

  /** For how long a record unchanged since `sinceMs` could have been changed, in ms. */
  unchangedMs(sinceMs: number, nowMs: number): number {
    return this.#writableSinceMs === undefined ? 0 : nowMs - Math.max(sinceMs, this.#writableSinceMs);
  }
}
