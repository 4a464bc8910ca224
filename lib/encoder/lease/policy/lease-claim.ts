import type { LeaseRecord } from '../../../control-store/records.ts';
import type { WorkerRun } from '../../../protocol/relay/hello.ts';
import type { MemberId } from '../../../routing/ids.ts';
import { leaseMs } from './fence.ts';
import type { StoreWatch } from './store-watch.ts';

/**
 * `free`: it may be taken in the version just read. `held`: its holder is alive. `wait`: read it again soon. `standby`: also
 * read it again soon; its holder is alive and releases it once it knows that we are ready.
 */
export type ClaimVerdict = 'free' | 'held' | 'wait' | 'standby';

/** What a proxy says of the holder. */
export interface HolderFacts {
  /** It drains, and releases the lease once we are ready. */
  readonly movesFrom?: MemberId | undefined;
  /** Its process is gone, if it is still this one (docs/decisions/0037). */
  readonly gone?: WorkerRun | undefined;
}

/**
 * Decides from one observer's reads whether a lease may be taken. A lease held by another worker must stay unchanged for the
 * lease time on our own clock, counting only time in which the holder could have renewed it; unless its holder's process is known to be
 * gone. Whoever takes it writes on the version just read, so that one of two takers, or a holder that renews after all, wins.
 */
export class LeaseClaim {
  readonly #memberId: MemberId;
  readonly #movesFrom: MemberId | undefined;
  readonly #gone: WorkerRun | undefined;
  #first?: { readonly version: number; readonly sinceMs: number };

  constructor(memberId: MemberId, { movesFrom, gone }: HolderFacts = {}) {
    this.#memberId = memberId;
    this.#movesFrom = movesFrom;
    this.#gone = gone;
  }

  /** Evaluates one read of the lease. `nowMs`: monotonic, after the response. */
  judge(lease: LeaseRecord | undefined, nowMs: number, watch: StoreWatch): ClaimVerdict {
    // Our own, from before this process restarted, is free too: its writer is dead.
    if (!lease || lease.released || lease.workerId === this.#memberId) return 'free';
    // The epoch tells a process from the one that has the same id after a restart.
    if (lease.workerId === this.#gone?.worker && lease.epoch === this.#gone.epoch) return 'free';
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
