import { isStopping } from '../../control-store/budget-stop.ts';
import type { LeaseStore } from '../../control-store/ports.ts';
import type { BroadcastRecord, LeaseRecord } from '../../control-store/records.ts';
import type { Clock } from '../../net/clock.ts';
import type { GoneWorker } from '../../protocol/relay/hello.ts';
import { type BroadcastId, type MemberId, newBroadcastId, type StreamId } from '../../routing/ids.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import { AdmissionError } from '../admission-error.ts';
import type { EncoderStore } from '../ports.ts';
import type { RestoredPublication } from '../publication/policy/recovery/restore.ts';
import type { UnfinishedBroadcast } from '../publication/recover-publication.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { observeEveryMs, standbyEveryMs, standbyMs } from './policy/fence.ts';
import { LeaseClaim } from './policy/lease-claim.ts';
import type { StoreWatch } from './policy/store-watch.ts';
import { abandonLease } from './release-lease.ts';

export interface LeaseTakerOptions {
  readonly memberId: MemberId;
  readonly store: Pick<EncoderStore, 'latestBroadcast' | 'putBroadcast' | 'getBudgetStop' | keyof LeaseStore>;
  readonly clock: Clock;
  readonly emit: EmitEvent;
  /** Whether the control store works, as seen by this worker. */
  readonly watch: StoreWatch;
  /** The control store stopped responding, or responds again. */
  readonly reachable: (isReachable: boolean, cause?: unknown) => void;
  /** Reads what exists of an open broadcast in the origin; undefined if nothing was published. */
  readonly readPublished: (
    record: BroadcastRecord,
    epoch: number,
  ) => Promise<RestoredPublication | undefined>;
}

/** A broadcast to take over from a draining worker. */
export interface PlannedMove {
  readonly from: MemberId;
  /** We are ready: the draining worker may release the lease. Called once. */
  ready(): void;
  /** Why the move is no longer possible; undefined while it is. */
  calledOff(): AdmissionError | undefined;
}

export interface TakeOptions {
  readonly move?: PlannedMove | undefined;
  /** The process that had the stream, if its proxy knows that it is gone. */
  readonly gone?: GoneWorker | undefined;
  /** The stream's playback is signed, so a new broadcast is marked as such. */
  readonly signed?: boolean;
}

/** A lease that we hold, for a broadcast that begins or, with `unfinished`, continues. */
export interface TakenLease {
  readonly keeper: LeaseKeeper;
  readonly unfinished?: UnfinishedBroadcast;
  /** The stream's newest record at that time. */
  readonly last?: BroadcastRecord;
}

/** Takes streams' leases: waits until a lease may be taken, and finds out which broadcast to continue. */
export class LeaseTaker {
  readonly #options: LeaseTakerOptions;

  constructor(options: LeaseTakerOptions) {
    this.#options = options;
  }

  /** Throws `AdmissionError`, `ConditionFailedError` if another worker was first, and the stores' errors. */
  async take(streamId: StreamId, { move, gone, signed = false }: TakeOptions = {}): Promise<TakenLease> {
    const { store, clock } = this.#options;
    const observed = await this.#claim(streamId, move, gone);
    const last = await store.latestBroadcast(streamId);
    const fresh = newBroadcastId(clock.wallMs(), last?.id, signed);
    if (!last || last.state === 'ended') {
      await this.#mayBegin();
      return { keeper: await this.#keep(streamId, fresh, observed), ...(last && { last }) };
    }
    // A managed channel keeps track of what it has published.
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

  /** Only for a new broadcast: one that began goes on, whoever continues it. */
  async #mayBegin(): Promise<void> {
    const { store, clock } = this.#options;
    const stop = await store.getBudgetStop();
    if (!isStopping(stop, clock.wallMs())) return;
    const until = new Date(stop.untilMs).toISOString();
    throw new AdmissionError('budget-reached', `No new broadcast until ${until}, or until it is cleared.`);
  }

  /** Waits until the lease may be taken and returns it as last read. */
  async #claim(
    streamId: StreamId,
    move: PlannedMove | undefined,
    gone: GoneWorker | undefined,
  ): Promise<LeaseRecord | undefined> {
    const { store, memberId, clock, watch } = this.#options;
    const claim = new LeaseClaim(memberId, { movesFrom: move?.from, gone });
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

  /** Takes the lease and starts renewing it. */
  async #keep(streamId: StreamId, broadcastId: BroadcastId, observed?: LeaseRecord): Promise<LeaseKeeper> {
    const { store, memberId: workerId, clock, reachable } = this.#options;
    const takenAtMs = clock.nowMs();
    const lease = await store.takeLease({ streamId, workerId, broadcastId, ...(observed && { observed }) });
    return new LeaseKeeper(lease, { store, clock, takenAtMs, reachable });
  }

  /** If nothing was published, closes the record: the broadcast never went live. */
  async #readPublished(keeper: LeaseKeeper, last: BroadcastRecord): Promise<RestoredPublication | undefined> {
    const { store, clock, emit, readPublished } = this.#options;
    try {
      const published = await readPublished(last, keeper.lease.epoch);
      if (!published) {
        const endedAtMs = clock.wallMs();
        await store.putBroadcast({ ...last, state: 'ended', endedAtMs, endReason: 'encoder-failed' });
      }
      return published;
    } catch (cause) {
      await abandonLease(keeper, emit);
      throw cause;
    }
  }
}
