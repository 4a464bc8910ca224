import type { BroadcastReference, LeaseRecord } from '../../../control-store/records.ts';
import type { StreamId } from '../../../routing/ids.ts';
import { leaseMs } from './fence.ts';
import type { StoreWatch } from './store-watch.ts';

/**
 * Which of the fleet's open broadcasts a worker turns to in a sweep, and which of them nobody has any more.
 *
 * However many there are, it turns to a page of them, goes on with the next page in the next sweep, and looks again at the
 * leases of the page before: those that did not change meanwhile are abandoned. Workers begin at different places. A page is
 * twice what a worker can have, so that in a fleet that is not full each broadcast is seen about twice a sweep by somebody.
 */
export class SweepTurn {
  /** Broadcasts in a page. A sweep looks at twice as many leases at most. */
  readonly limit: number;
  #cursor: string | undefined;
  #page: ReadonlySet<StreamId> = new Set();
  /** From the sweep before, and from this one: a version, and since when it is known. */
  #before: ReadonlyMap<StreamId, Sighting> = new Map();
  #seen = new Map<StreamId, Sighting>();

  /** `capacity`: streams at once at most. `start`: any stream id, at random. */
  constructor(capacity: number, start: StreamId) {
    this.limit = Math.max(smallestPage, 2 * capacity);
    this.#cursor = start;
  }

  /** What to ask `listOpenBroadcasts` for. */
  get page(): { limit: number; cursor?: string } {
    return { limit: this.limit, ...(this.#cursor !== undefined && { cursor: this.#cursor }) };
  }

  /** Begins a sweep with the page that was asked for. Returns the streams to look at, each once. */
  begin(page: { readonly broadcasts: readonly BroadcastReference[]; readonly cursor?: string }): StreamId[] {
    this.#cursor = page.cursor;
    this.#page = new Set(page.broadcasts.map(({ streamId }) => streamId));
    this.#before = this.#seen;
    this.#seen = new Map();
    return [...new Set([...this.#before.keys(), ...this.#page])];
  }

  /** Whether this lease, of one of the streams to look at, stood still for the lease time while its holder could have renewed it. */
  isAbandoned({ streamId, version }: LeaseRecord, nowMs: number, watch: StoreWatch): boolean {
    const earlier = this.#before.get(streamId);
    const sighting = earlier?.version === version ? earlier : { version, sinceMs: nowMs };
    if (watch.standsStillMs(sighting.sinceMs, nowMs) >= leaseMs) return true;
    if (this.#page.has(streamId)) this.#seen.set(streamId, sighting);
    return false;
  }
}

interface Sighting {
  readonly version: number;
  readonly sinceMs: number;
}

const smallestPage = 16;
