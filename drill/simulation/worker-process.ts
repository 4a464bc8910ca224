import { ControlStoreUnavailableError } from '../../lib/control-store/errors.ts';
import type { FleetMember } from '../../lib/control-store/records.ts';
import { AdmissionError } from '../../lib/encoder/admission-error.ts';
import { LeaseTaker, type LeaseTakerOptions, type TakenLease } from '../../lib/encoder/lease/lease-taker.ts';
import { StoreWatch } from '../../lib/encoder/lease/policy/store-watch.ts';
import { SweepTurn } from '../../lib/encoder/lease/policy/sweep-turn.ts';
import { workerTiming } from '../../lib/encoder/policy/worker-timing.ts';
import { fenceObject } from '../../lib/encoder/publication/fence-object.ts';
import type { RestoredPublication } from '../../lib/encoder/publication/policy/recovery/restore.ts';
import type { Clock } from '../../lib/net/clock.ts';
import { ObjectStoreUnavailableError } from '../../lib/object-store/errors.ts';
import type { GoneWorker } from '../../lib/protocol/relay/hello.ts';
import type { BroadcastId, MemberId } from '../../lib/routing/ids.ts';
import { type Invariants, lastNumber } from './invariants.ts';
import type { DialAnswer } from './proxy-process.ts';
import { originOf, SimulatedBroadcast, streamId, type WorkerSurroundings } from './simulated-broadcast.ts';

const { heartbeatMs, sweepMs } = workerTiming;
const capacity = 4;

/**
 * A worker's process. All decisions are the product's own code: the taker, the keeper and its fence, the sweep's turn, the
 * segment writer. The rest of the worker is modelled here: when those are called, its heartbeats, its media.
 */
export class WorkerProcess {
  readonly #around: WorkerSurroundings;
  readonly #clock: Clock;
  readonly #watch = new StoreWatch();
  readonly #turn = new SweepTurn(capacity, streamId);
  readonly #taker: LeaseTaker;
  readonly #store: LeaseTakerOptions['store'];
  #broadcast?: SimulatedBroadcast | undefined;
  #opening?: Promise<SimulatedBroadcast> | undefined;
  #draining = false;

  constructor(around: WorkerSurroundings) {
    this.#around = around;
    this.#clock = around.rules.clockOf(around.host);
    this.#store = this.#controlStore();
    this.#taker = new LeaseTaker({
      memberId: this.#id,
      store: this.#store,
      clock: this.#clock,
      emit: () => {},
      watch: this.#watch,
      reachable: (isReachable) => this.#noteStore(isReachable),
      readPublished: ({ id }, epoch) => this.#readPublished(id, epoch),
    });
    this.#beat();
    setInterval(() => void this.#sweep().catch((cause: unknown) => this.#failed(cause)), sweepMs);
  }

  /** A proxy brings a publisher. Resolves to whether it is accepted, or which worker it should go to. */
  async admit(gone?: GoneWorker): Promise<DialAnswer> {
    try {
      const { over, epoch } = await this.#broadcastHere(gone);
      return { accepted: !over, epoch };
    } catch (cause) {
      this.#failed(cause);
      const holder = cause instanceof AdmissionError ? cause.holder : undefined;
      return { accepted: false, ...(holder && { holder }) };
    }
  }

  /** It has a broadcast, or is about to. */
  get holds(): boolean {
    return this.#broadcast?.over === false || this.#opening !== undefined;
  }

  /** Hands its broadcast over, and resolves when the process may be stopped. */
  async drain(): Promise<void> {
    this.#draining = true;
    this.#beat();
    await this.#broadcast?.handOver();
  }

  get #id(): MemberId {
    return this.#around.host.id as MemberId;
  }

  async #broadcastHere(gone?: GoneWorker): Promise<SimulatedBroadcast> {
    if (this.#broadcast) return this.#broadcast;
    if (this.#opening) return await this.#opening;
    if (this.#draining) throw new AdmissionError('draining', 'about to stop');
    this.#opening = this.#taker
      .take(streamId, { gone })
      .then((taken) => this.#begin(taken))
      .finally(() => {
        this.#opening = undefined;
      });
    return await this.#opening;
  }

  #begin(taken: TakenLease): SimulatedBroadcast {
    const broadcast = new SimulatedBroadcast(taken, this.#around, this.#clock, this.#store, () => {
      if (this.#broadcast === broadcast) this.#broadcast = undefined;
      this.#around.closed();
    });
    this.#broadcast = broadcast;
    return broadcast;
  }

  async #sweep(): Promise<void> {
    if (this.#draining || this.#broadcast || this.#opening) return;
    const { broadcast } = await this.#ask((control) => control);
    const open = broadcast && broadcast.state !== 'ended' ? [{ streamId, id: broadcast.id }] : [];
    for (const stream of this.#turn.begin({ broadcasts: open })) {
      if (this.#watch.away) return;
      const lease = await this.#store.getLease(stream);
      if (!lease) return;
      const wasOurs = !lease.released && lease.workerId === this.#id;
      if (!wasOurs && !this.#turn.isAbandoned(lease, this.#clock.nowMs(), this.#watch)) return;
      const last = await this.#store.latestBroadcast(stream);
      if (last && last.state !== 'ended') await this.#broadcastHere();
    }
  }

  #beat(): void {
    const member: Omit<FleetMember, 'version'> = {
      id: this.#id,
      role: 'encoder',
      host: '127.0.0.1',
      port: 1,
      capacity,
      load: this.#broadcast || this.#opening ? 1 : 0,
      state: this.#draining ? 'draining' : 'active',
    };
    void this.#ask((control) => control.heartbeat(member))
      .then(
        () => this.#noteStore(true),
        () => this.#noteStore(false),
      )
      .finally(() => {
        if (!this.#draining) setTimeout(() => this.#beat(), heartbeatMs);
      });
  }

  #noteStore(isReachable: boolean): void {
    if (isReachable) this.#watch.wrote(this.#clock.nowMs());
    else this.#watch.failed(this.#clock.nowMs());
  }

  #failed(cause: unknown): void {
    if (cause instanceof ControlStoreUnavailableError) this.#noteStore(false);
  }

  /** Like `recoverPublication`: claims the playlist, then reads the names of the segments. */
  async #readPublished(id: BroadcastId, epoch: number): Promise<RestoredPublication | undefined> {
    const { marksEpochs } = this.#around.rules;
    const objects = originOf(this.#around, epoch);
    const key = `${id}/playlist`;
    const playlist = marksEpochs
      ? await fenceObject(objects, key, epoch)
      : ((await objects.get(key))?.body.toString() ?? '');
    if (playlist === '') return undefined;
    const numbers = await this.#origin((objects) =>
      [...objects.keys()].flatMap((key) =>
        key.startsWith(`${id}/segment/`) ? [Number(key.split('/')[2])] : [],
      ),
    );
    const nextListed = lastNumber(Buffer.from(playlist)) + 1;
    return {
      nextNumber: Math.max(nextListed, ...numbers.map((each) => each + 1)),
      nextListed,
    } as RestoredPublication;
  }

  #ask<Answer>(apply: (control: Invariants['control']) => Answer): Promise<Answer> {
    const { network, invariants, host } = this.#around;
    return network.ask(
      host,
      'control',
      () => apply(invariants.control),
      () => new ControlStoreUnavailableError('no answer'),
    );
  }

  #origin<Answer>(apply: (objects: Invariants['objects']['objects']) => Answer): Promise<Answer> {
    const { network, invariants, host } = this.#around;
    return network.ask(
      host,
      'origin',
      () => apply(invariants.objects.objects),
      () => new ObjectStoreUnavailableError('no answer'),
    );
  }

  #controlStore(): LeaseTakerOptions['store'] {
    const { rules } = this.#around;
    return {
      getLease: () => this.#ask(({ lease }) => lease),
      latestBroadcast: () => this.#ask(({ broadcast }) => broadcast),
      putBroadcast: (record) => this.#ask((control) => control.putBroadcast(record)),
      takeLease: (take) => this.#ask((control) => rules.take(control, take)),
      renewLease: (hold) => this.#ask((control) => control.renewLease(hold)),
      releaseLease: (hold) => this.#ask((control) => control.releaseLease(hold)),
      requestEnd: () => Promise.reject(new Error('nobody asks')),
      // No message of its own: a budget is never spent here.
      getBudgetStop: async () => undefined,
    };
  }
}
