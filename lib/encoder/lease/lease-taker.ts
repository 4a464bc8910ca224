import type { LeaseStore } from '../../control-store/ports.ts';
import type { BroadcastRecord, LeaseRecord } from '../../control-store/records.ts';
import type { Clock } from '../../net/clock.ts';
import { type BroadcastId, type MemberId, newBroadcastId, type StreamId } from '../../routing/ids.ts';
import { AdmissionError } from '../admission-error.ts';
import type { EncoderStore } from '../ports.ts';
import type { RestoredPublication } from '../publication/policy/restore.ts';
import type { UnfinishedBroadcast } from '../publication/recover-publication.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { observeEveryMs, standbyEveryMs } from './policy/fence.ts';
import { LeaseClaim } from './policy/lease-claim.ts';
import type { StoreWatch } from './policy/store-watch.ts';

export interface LeaseTakerOptions {
  readonly memberId: MemberId;
  readonly store: Pick<EncoderStore, 'latestBroadcast' | 'putBroadcast' | keyof LeaseStore>;
  readonly clock: Clock;
  /** What this worker knows of the control store. */
  readonly watch: StoreWatch;
  /** The control store did not answer, or answers again. */
  readonly reachable: (isReachable: boolean, cause?: unknown) => void;
  /** What there is of an open broadcast in the origin; undefined where nothing was published. */
  readonly readPublished: (
    record: BroadcastRecord,
    epoch: number,
  ) => Promise<RestoredPublication | undefined>;
}

/** A broadcast that is to be taken over from a worker that drains. */
export interface PlannedMove {
  readonly from: MemberId;
  /** We are ready: it may let go. Once. */
  ready(): void;
  /** Why it does not come about any more. */
  calledOff(): AdmissionError | undefined;
}

/** For a worker that drains to let go: its proxy waits for a key frame, its origin may be slow. */
const standbyMs = 30_000;

/** A lease of ours, of a broadcast that begins or, with `unfinished`, goes on. */
export interface TakenLease {
  readonly keeper: LeaseKeeper;
  readonly unfinished?: UnfinishedBroadcast;
  /** The stream's newest record as it was found. */
  readonly last?: BroadcastRecord;
}

/** Takes streams' leases: waits until one may be taken, and finds out what is to be gone on with. */
export class LeaseTaker {
  readonly #options: LeaseTakerOptions;

  constructor(options: LeaseTakerOptions) {
    this.#options = options;
  }

  /** Throws `AdmissionError`, `ConditionFailedError` where another worker was first, and what the stores throw. */
  async take(streamId: StreamId, move?: PlannedMove): Promise<TakenLease> {
    const { store, clock } = this.#options;
    const observed = await this.#claim(streamId, move);
    const last = await store.latestBroadcast(streamId);
    const fresh = newBroadcastId(clock.wallMs(), last?.id);
    if (!last || last.state === 'ended') {
      return { keeper: await this.#keep(streamId, fresh, observed), ...(last && { last }) };
    }
    // What a managed channel has published is its own.
    if (last.encoder === 'medialive') return { keeper: await this.#keep(streamId, last.id, observed), last };
    const keeper = await this.#keep(streamId, last.id, observed);
    const published = await this.#readPublished(keeper, last);
    if (keeper.lost)
      throw new AdmissionError('held-elsewhere', 'Another encoder took this stream meanwhile.');
    const handedOver = observed?.released === true;
    if (published) return { keeper, last, unfinished: { record: last, published, handedOver } };
    await keeper.release();
    const left = await store.getLease(streamId);
    if (!left?.released)
      throw new AdmissionError('held-elsewhere', 'Another encoder took this stream first.');
    return { keeper: await this.#keep(streamId, fresh, left), last };
  }

  /** The lease as it may be taken. */
  async #claim(streamId: StreamId, move: PlannedMove | undefined): Promise<LeaseRecord | undefined> {
    const { store, memberId, clock, watch } = this.#options;
    const claim = new LeaseClaim(memberId, move?.from);
    let readyAtMs: number | undefined;
    for (;;) {
      const lease = await store.getLease(streamId);
      const verdict = claim.judge(lease, clock.nowMs(), watch);
      if (verdict === 'free') return lease;
      const isLate = readyAtMs !== undefined && clock.nowMs() - readyAtMs > standbyMs;
      if (verdict === 'held' || isLate) {
        const holder = lease?.workerId;
        throw new AdmissionError('held-elsewhere', 'Another encoder has this stream.', holder && { holder });
      }
      if (watch.away) throw new AdmissionError('unavailable', 'The control store accepts no writes.');
      const calledOff = move?.calledOff();
      if (calledOff) throw calledOff;
      if (verdict === 'standby' && readyAtMs === undefined) {
        readyAtMs = clock.nowMs();
        move?.ready();
      }
      const everyMs = verdict === 'standby' ? standbyEveryMs : observeEveryMs;
      await new Promise((wake) => setTimeout(wake, everyMs));
    }
  }

  /** Takes the lease and begins to renew it. */
  async #keep(streamId: StreamId, broadcastId: BroadcastId, observed?: LeaseRecord): Promise<LeaseKeeper> {
    const { store, memberId: workerId, clock, reachable } = this.#options;
    const takenAtMs = clock.nowMs();
    const lease = await store.takeLease({ streamId, workerId, broadcastId, ...(observed && { observed }) });
    return new LeaseKeeper(lease, { store, clock, takenAtMs, reachable });
  }

  /** Where nothing was published of it, the record is closed: it never was on air. */
  async #readPublished(keeper: LeaseKeeper, last: BroadcastRecord): Promise<RestoredPublication | undefined> {
    const { store, clock, readPublished } = this.#options;
    try {
      const published = await readPublished(last, keeper.lease.epoch);
      if (!published) {
        const endedAtMs = clock.wallMs();
        await store.putBroadcast({ ...last, state: 'ended', endedAtMs, endReason: 'encoder-failed' });
      }
      return published;
    } catch (cause) {
      await keeper.release().catch(() => {});
      throw cause;
    }
  }
}
