import type { LeaseRecord } from '../../control/policy/records.ts';
import type { MemberId } from '../../routing/ids.ts';
import { leaseMs } from './fence.ts';
import type { StoreWatch } from './store-watch.ts';

/** `free`: it may be taken as it was looked at. `held`: its holder lives. `wait`: look again soon. */
export type ClaimVerdict = 'free' | 'held' | 'wait';

/**
 * Whether a lease may be taken, by one observer's looks at it. One that another worker holds must stand still for the lease
 * time by our own clock, of which only counts what the holder could have renewed it in.
 */
export class LeaseClaim {
  readonly #memberId: MemberId;
  #first?: { readonly version: number; readonly sinceMs: number };

  constructor(memberId: MemberId) {
    this.#memberId = memberId;
  }

  /** Takes in what a look has shown. `nowMs`: monotonic, after the answer. */
  judge(lease: LeaseRecord | undefined, nowMs: number, watch: StoreWatch): ClaimVerdict {
    // Our own, from before a restart of this process, is free too: its writer is gone.
    if (!lease || lease.released || lease.workerId === this.#memberId) return 'free';
    this.#first ??= { version: lease.version, sinceMs: nowMs };
    if (lease.version !== this.#first.version) return 'held';
    return watch.standsStillMs(this.#first.sinceMs, nowMs) >= leaseMs ? 'free' : 'wait';
  }
}
