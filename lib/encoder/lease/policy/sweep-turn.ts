import type { BroadcastReference, LeaseRecord } from '../../../control-store/records.ts';
import type { StreamId } from '../../../routing/ids.ts';
import { leaseMs } from './fence.ts';
import type { StoreWatch } from './store-watch.ts';

/**
 * Decides which of the fleet's open broadcasts a worker checks in a sweep, and which of them have been abandoned.
 *
 * However many there are, it checks one page of them, moves to the next page in the next sweep, and re-reads the leases of
 * the previous page: those unchanged since then are abandoned. Workers start at different places. A page is twice a worker's
 * capacity, so that in a fleet that isn't full, some worker checks each broadcast about twice per sweep.
 */
export class SweepTurn {
  /** Broadcasts in a page. A sweep reads at most twice as many leases. */
  readonly limit: number;
  #cursor: string | undefined;
  #page: ReadonlySet<StreamId> = new Set();
  /** From the previous sweep, and from this one: a version, and since when it has been known. */
  #before: ReadonlyMap<StreamId, Sighting> = new Map();
  #seen = new Map<StreamId, Sighting>();

  /** `capacity`: the worker's maximum number of concurrent streams. `start`: a random stream id. */
  constructor(capacity: number, start: StreamId) {
    this.limit = sweepPageOf(capacity);
    this.#cursor = start;
  }

  /** Arguments for `listOpenBroadcasts`. */
  get page(): { limit: number; cursor?: string } {
    return { limit: this.limit, ...(this.#cursor !== undefined && { cursor: this.#cursor }) };
  }

  /** Begins a sweep with the page just read. Returns the streams to check, each once. */
  begin(page: { readonly broadcasts: readonly BroadcastReference[]; readonly cursor?: string }): StreamId[] {
    this.#cursor = page.cursor;
    this.#page = new Set(page.broadcasts.map(({ streamId }) => streamId));
    this.#before = this.#seen;
    this.#seen = new Map();
    return [...new Set([...this.#before.keys(), ...this.#page])];
  }

  /**
   * Whether the lease of a stream being checked stayed unchanged for the lease time while its holder could have renewed it.
   */
  isAbandoned({ streamId, version }: LeaseRecord, nowMs: number, watch: StoreWatch): boolean {
    const earlier = this.#before.get(streamId);
    const sighting = earlier?.version === version ? earlier : { version, sinceMs: nowMs };
    if (watch.unchangedMs(sighting.sinceMs, nowMs) >= leaseMs) return true;
    if (this.#page.has(streamId)) this.#seen.set(streamId, sighting);
    return false;
  }
}

interface Sighting {
  readonly version: number;
  readonly sinceMs: number;
}

const smallestPage = 16;

/** Broadcasts in a page of a worker with room for `capacity`. */
export const sweepPageOf = (capacity: number): number => Math.max(smallestPage, 2 * capacity);
