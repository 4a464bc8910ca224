import type { LeaseRecord } from '../../../control-store/records.ts';
import type { MemberId } from '../../../routing/ids.ts';
import { leaseMs } from './fence.ts';
import type { StoreWatch } from './store-watch.ts';

/**
 * `free`: it may be taken as it was looked at. `held`: its holder lives. `wait`: look again soon. `standby`: look again
 * soon, too; its holder lives, and lets go of it once it knows that we are ready.
 */
export type ClaimVerdict = 'free' | 'held' | 'wait' | 'standby';

/**
 * Whether a lease may be taken, by one observer's looks at it. One that another worker holds must stand still for the lease
 * time by our own clock, of which only counts what the holder could have renewed it in.
 */
export class LeaseClaim {
  readonly #memberId: MemberId;
  readonly #movesFrom: MemberId | undefined;
  #first?: { readonly version: number; readonly sinceMs: number };

  /** `movesFrom`: a holder that drains. */
  constructor(memberId: MemberId, movesFrom?: MemberId) {
    this.#memberId = memberId;
    this.#movesFrom = movesFrom;
  }

  /** Takes in what a look has shown. `nowMs`: monotonic, after the answer. */
  judge(lease: LeaseRecord | undefined, nowMs: number, watch: StoreWatch): ClaimVerdict {
    // Our own, from before a restart of this process, is free too: its writer is gone.
    if (!lease || lease.released || lease.workerId === this.#memberId) return 'free';
    this.#first ??= { version: lease.version, sinceMs: nowMs };
    const moves = lease.workerId === this.#movesFrom;
    if (lease.version !== this.#first.version) {
      if (!moves) return 'held';
      this.#first = { version: lease.version, sinceMs: nowMs };
    }
    if (watch.standsStillMs(this.#first.sinceMs, nowMs) >= leaseMs) return 'free';
    return moves ? 'standby' : 'wait';
  }
}
