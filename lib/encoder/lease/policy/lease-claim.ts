import type { LeaseRecord } from '../../../control-store/records.ts';
import type { MemberId } from '../../../routing/ids.ts';
import { leaseMs } from './fence.ts';
import type { StoreWatch } from './store-watch.ts';

/**
 * `free`: it may be taken in the version just read. `held`: its holder is alive. `wait`: read it again soon. `standby`: also
 * read it again soon; its holder is alive and releases it once it knows that we are ready.
 */
export type ClaimVerdict = 'free' | 'held' | 'wait' | 'standby';

/**
 * Decides from one observer's reads whether a lease may be taken. A lease held by another worker must stay unchanged for the
 * lease time on our own clock, counting only time in which the holder could have renewed it.
 */
export class LeaseClaim {
  readonly #memberId: MemberId;
  readonly #movesFrom: MemberId | undefined;
  #first?: { readonly version: number; readonly sinceMs: number };

  /** `movesFrom`: a draining holder. */
  constructor(memberId: MemberId, movesFrom?: MemberId) {
    this.#memberId = memberId;
    this.#movesFrom = movesFrom;
  }

  /** Evaluates one read of the lease. `nowMs`: monotonic, after the response. */
  judge(lease: LeaseRecord | undefined, nowMs: number, watch: StoreWatch): ClaimVerdict {
    // Our own, from before this process restarted, is free too: its writer is dead.
    if (!lease || lease.released || lease.workerId === this.#memberId) return 'free';
    this.#first ??= { version: lease.version, sinceMs: nowMs };
    const moves = lease.workerId === this.#movesFrom;
    if (lease.version !== this.#first.version) {
      if (!moves) return 'held';
      this.#first = { version: lease.version, sinceMs: nowMs };
    }
    if (watch.unchangedMs(this.#first.sinceMs, nowMs) >= leaseMs) return 'free';
    return moves ? 'standby' : 'wait';
  }
}
