import { ConditionFailedError, ControlStoreUnavailableError } from '../control-store/errors.ts';
import type { EncoderPool, StreamRecord } from '../control-store/records.ts';
import { endsWithin } from '../net/ends-within.ts';
import type { MemberId, SessionId, StreamId } from '../routing/ids.ts';
import { AbandonedSweep } from './abandoned-sweep.ts';
import type { ActiveBroadcast } from './active-broadcast.ts';
import { AdmissionError, asAdmissionError } from './admission-error.ts';
import { Broadcast } from './broadcast.ts';
import type { BroadcastContext } from './broadcast-context.ts';
import { ReturnTurn } from './encoding/policy/ladder/rung-return.ts';
import { HandoffQueue } from './handoff-queue.ts';
import { LeaseTaker, type PlannedMove, type TakenLease } from './lease/lease-taker.ts';
import { StoreWatch } from './lease/policy/store-watch.ts';
import { abandonLease } from './lease/release-lease.ts';
import { ScaleInProtection } from './lease/scale-in-protection.ts';
import type { LiveStreams } from './live/live-service.ts';
import { ManagedBroadcast } from './managed-broadcast.ts';
import { encoderTier } from './policy/encoder-tier.ts';
import { workerTiming } from './policy/worker-timing.ts';
import type { RelayConnection, TaskProtection } from './ports.ts';
import { recoverPublication } from './publication/recover-publication.ts';
import { PublishSession } from './publisher/publish-session.ts';
import { RefusalRepeats } from './report/refusal-repeats.ts';

export interface WorkerOptions extends Omit<BroadcastContext, 'reachable' | 'refusals' | 'returnTurn'> {
  readonly memberId: MemberId;
  readonly host: string;
  /** Known once the listener is up. */
  readonly port: number;
  /** Where live origins read. @default nowhere */
  readonly mediaPort?: number;
  /** Maximum number of concurrent streams. */
  readonly capacity: number;
  /** @default cpu */
  readonly pool?: EncoderPool;
  /** Undefined if only people stop the worker. */
  readonly protection?: TaskProtection;
}

/** How long to wait for an ending broadcast of the same stream; longer than an end can take. */
const endingWaitMs = 10_000;

/**
 * One encoder worker: accepts the sessions that proxies bring, one broadcast per stream, and registers itself in the fleet.
 */
export class Worker implements LiveStreams {
  readonly #options: WorkerOptions;
  readonly #setting: BroadcastContext;
  readonly #taker: LeaseTaker;
  readonly #hold?: ScaleInProtection;
  readonly #broadcasts = new Map<StreamId, ActiveBroadcast>();
  /** Streams whose lease is being taken: a second session waits for the first one's. */
  readonly #opening = new Map<StreamId, Promise<ActiveBroadcast>>();
  readonly #refusals: RefusalRepeats;
  readonly #watch = new StoreWatch();
  /** Broadcasts that were running when the control store failed: they report the outage once it is over. */
  #outlasting: readonly ActiveBroadcast[] = [];
  #draining = false;
  #heartbeat?: NodeJS.Timeout;
  #telling?: NodeJS.Timeout;
  readonly #sweep: AbandonedSweep;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#sweep = new AbandonedSweep({
      ...options,
      watch: this.#watch,
      hasRoom: () => this.load < options.capacity && !this.#draining,
      has: (stream) => this.#broadcasts.has(stream) || this.#opening.has(stream),
      take: (stream) => this.#broadcastFor(stream),
      failed: (cause) => this.#sweepFailed(cause),
    });
    const { protection } = options;
    if (protection) this.#hold = new ScaleInProtection({ ...options, protection });
    const reachable = (isReachable: boolean, cause?: unknown): void => this.#noteStore(isReachable, cause);
    this.#refusals = new RefusalRepeats(options);
    this.#setting = { ...options, reachable, refusals: this.#refusals, returnTurn: new ReturnTurn() };
    const { memberId, objects, region } = options;
    this.#taker = new LeaseTaker({
      ...this.#setting,
      memberId,
      watch: this.#watch,
      readPublished: (record, epoch) => recoverPublication(objects, region, record, epoch),
    });
  }

  get load(): number {
    return this.#broadcasts.size + this.#opening.size;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Joins the fleet and stays in it with a heartbeat every second. */
  async start(): Promise<void> {
    await this.#beat();
    this.#telling = setInterval(() => this.#tellLoad(), workerTiming.loadEveryMs);
    this.#sweep.start();
  }

  /** A relay link was opened. */
  connected(connection: RelayConnection): void {
    PublishSession.open(
      connection,
      (session) => void this.#admit(session).catch((cause: unknown) => this.#faulty(session, cause)),
      (cause) => this.#options.emit('encoder.link.faulty', { cause }),
    );
  }

  /** What live origins read of a stream. */
  find(stream: StreamId): ReturnType<LiveStreams['find']> {
    const broadcast = this.#broadcasts.get(stream);
    return broadcast ? (broadcast.live ?? 'managed') : this.#opening.get(stream);
  }

  /**
   * Accepts nothing new, leaves its broadcasts for other workers to continue, one after the other, and leaves the fleet. Each
   * broadcast continues here until its proxy has found a worker that is ready for it.
   */
  async drain(): Promise<void> {
    this.#draining = true;
    clearTimeout(this.#heartbeat);
    this.#sweep.stop();
    // A draining worker would distort the fleet's load figure.
    clearInterval(this.#telling);
    const { store, memberId, emit } = this.#options;
    emit('encoder.draining', { broadcasts: this.#broadcasts.size });
    const handoffs = new HandoffQueue(this.#options);
    await this.#beat();
    // Includes broadcasts whose lease is still being taken.
    while (this.load > 0) {
      await handoffs.handOver([...this.#broadcasts.values()]);
      await Promise.allSettled(this.#opening.values());
    }
    clearTimeout(this.#heartbeat);
    await this.#refusals.stop();
    await store
      .removeMember('encoder', memberId)
      .catch((cause: unknown) => emit('encoder.leave.failed', { cause }));
  }

  async #admit(session: PublishSession): Promise<void> {
    const { streamId: stream, sessionId, proxyId: proxy, client } = session.hello;
    const { emit } = this.#options;
    emit('encoder.session.opened', { stream, session: sessionId, proxy, client: client.address });
    try {
      const broadcast = await this.#broadcastFor(stream, session);
      if (session.closed) return;
      if (!(await broadcast.attach(session))) {
        // The lease was lost a moment ago, so nobody can publish here: the publisher may try again.
        if (broadcast.ending)
          throw new AdmissionError('unavailable', 'The broadcast moved to another encoder.');
        throw new AdmissionError('busy', 'Another broadcaster is live with this key.');
      }
    } catch (fault) {
      const { reason, message: description, holder, cause } = asAdmissionError(fault);
      emit('encoder.session.refused', { stream, session: sessionId, reason, detail: description, cause });
      session.refuse({ reason, description, ...(holder === undefined ? {} : { holder }) });
    }
  }

  /** An error that left here would take the worker's other broadcasts along. */
  #faulty(session: PublishSession, cause: unknown): void {
    this.#options.emit('encoder.link.faulty', { cause });
    session.leave();
  }

  async #broadcastFor(streamId: StreamId, session?: PublishSession): Promise<ActiveBroadcast> {
    let known = this.#broadcasts.get(streamId);
    if (known?.ending) {
      await endsWithin(known.ended, endingWaitMs);
      known = this.#broadcasts.get(streamId);
      if (known?.ending) throw new AdmissionError('closing', 'The previous broadcast is still closing.');
    }
    if (known) return known;
    const opening = this.#opening.get(streamId);
    if (opening) return opening;
    if (this.#draining) throw new AdmissionError('draining', 'This encoder is about to stop.');
    if (this.load >= this.#options.capacity) throw new AdmissionError('full', 'This encoder is full.');
    const opened = this.#open(streamId, session).finally(() => this.#opening.delete(streamId));
    this.#opening.set(streamId, opened);
    return opened;
  }

  #moveOf(session: PublishSession): PlannedMove | undefined {
    const { movesFrom: from } = session.hello;
    if (from === undefined) return undefined;
    return {
      from,
      ready: () => session.send({ type: 'standby' }),
      calledOff: () => {
        if (this.#draining) return new AdmissionError('draining', 'This encoder is about to stop.');
        return session.closed ? new AdmissionError('unavailable', 'The proxy stopped waiting.') : undefined;
      },
    };
  }

  async #open(streamId: StreamId, session?: PublishSession): Promise<ActiveBroadcast> {
    const { playback } = await this.#readOpenStream(streamId);
    const taken = await this.#taker.take(streamId, {
      move: session && this.#moveOf(session),
      gone: session?.hello.goneWorker,
      signed: playback === 'signed',
    });
    try {
      // Read it again: a takedown first refuses new publishers and then looks for a lease, so one of the two sees the other.
      return this.#begin(await this.#readOpenStream(streamId), taken, session?.hello.sessionId);
    } catch (cause) {
      await abandonLease(taken.keeper, this.#options.emit);
      throw cause;
    }
  }

  async #readOpenStream(streamId: StreamId): Promise<StreamRecord> {
    const stream = await this.#options.store.getStream(streamId);
    if (!stream) throw new AdmissionError('unknown-stream', 'This stream no longer exists.');
    if (stream.takenDown) throw new AdmissionError('taken-down', 'This stream was taken down.');
    return stream;
  }

  #begin(
    stream: StreamRecord,
    { keeper, last, unfinished }: TakenLease,
    sessionId?: SessionId,
  ): ActiveBroadcast {
    const { id: streamId, reconnectWindowMs } = stream;
    const { broadcastId } = keeper.lease;
    const goesOn = last?.id === broadcastId ? last : undefined;
    const broadcast =
      encoderTier({ stream, broadcastId, last, sessionId }) === 'medialive'
        ? new ManagedBroadcast(this.#setting, keeper, reconnectWindowMs, goesOn)
        : new Broadcast(this.#setting, keeper, stream, unfinished);
    this.#broadcasts.set(streamId, broadcast);
    void broadcast.ended.then(() => {
      if (this.#broadcasts.get(streamId) === broadcast) this.#broadcasts.delete(streamId);
    });
    return broadcast;
  }

  /** The next sweep tries again. If another worker took the stream first, nothing needs to be done. */
  #sweepFailed(cause: unknown): void {
    if (cause instanceof ConditionFailedError || cause instanceof AdmissionError) return;
    if (cause instanceof ControlStoreUnavailableError) this.#noteStore(false, cause);
    else this.#options.emit('encoder.sweep.failed', { cause });
  }

  async #beat(): Promise<void> {
    const { store, memberId: id, host, port, capacity, pool = 'cpu', mediaPort } = this.#options;
    const media = mediaPort === undefined ? {} : { mediaPort };
    const state = this.#draining ? 'draining' : 'active';
    if (!this.#draining) this.#hold?.tick(this.load);
    await store
      .heartbeat({ id, role: 'encoder', host, port, capacity, load: this.load, state, pool, ...media })
      .then(() => this.#noteStore(true))
      .catch((cause: unknown) => this.#noteStore(false, cause));
    if (!this.#watch.away) this.#refusals.tick();
    this.#heartbeat = setTimeout(() => void this.#beat(), workerTiming.heartbeatMs);
  }

  #tellLoad(): void {
    const { emit, capacity, pool = 'cpu' } = this.#options;
    emit('encoder.load', {
      broadcasts: this.load,
      capacity,
      utilizationPercent: Math.round((100 * this.load) / capacity),
      pool,
      storeUnavailable: this.#watch.away ? 1 : 0,
    });
  }

  #noteStore(isReachable: boolean, cause?: unknown): void {
    const { clock, emit } = this.#options;
    if (!isReachable) {
      if (!this.#watch.failed(clock.nowMs())) return;
      this.#outlasting = [...this.#broadcasts.values()];
      emit('encoder.control.unavailable', { cause });
      return;
    }
    const downMs = this.#watch.wrote(clock.nowMs());
    if (downMs === undefined) return;
    emit('encoder.control.recovered', { downMs: Math.round(downMs) });
    for (const broadcast of this.#outlasting) broadcast.controlRecovered(downMs);
    this.#outlasting = [];
  }
}
