import type { FleetMember, LeaseRecord } from '../../lib/control-store/records.ts';
import { chooseWorker, FleetView } from '../../lib/ingest/policy/fleet-view.ts';
import { LinkWatch } from '../../lib/ingest/policy/link-watch.ts';
import type { WorkerRun } from '../../lib/protocol/relay/hello.ts';
import type { MemberId } from '../../lib/routing/ids.ts';
import type { Invariants } from './invariants.ts';
import type { Network } from './network.ts';
import { streamId } from './simulated-broadcast.ts';
import type { Host } from './world.ts';

/** Same as in the product's proxy. */
const checkEveryMs = 1000;
const pauseMs = 250;
const answerTimeoutMs = 4000;
const limits = { stallMs: 5000, silentMs: 6000 };

export interface DialAnswer {
  readonly accepted: boolean;
  /** Of the lease, if accepted. */
  readonly epoch?: number;
  readonly holder?: MemberId;
  /** Nobody listens there. */
  readonly refused?: boolean;
}

export interface ProxySurroundings {
  readonly host: Host;
  readonly network: Network;
  readonly invariants: Invariants;
  /** Asks a worker to accept the publisher; its answer is delivered if the worker is there to give one. */
  readonly dial: (
    worker: MemberId,
    gone: WorkerRun | undefined,
    answered: (answer: DialAnswer) => void,
  ) => void;
}

/** The proxy of the stream's publisher: connects it to a worker, and to another one if that one dies. */
export class ProxyProcess {
  readonly #around: ProxySurroundings;
  readonly #fleet = new FleetView();
  #worker?: MemberId | undefined;
  #epoch = 0;
  /** The worker whose link broke. */
  #lost?: WorkerRun | undefined;
  #watch?: LinkWatch;
  #attempt = 0;

  constructor(around: ProxySurroundings) {
    this.#around = around;
    this.#check();
    void this.#route();
  }

  /** The worker's end of the link closed. */
  linkClosed(worker: MemberId): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    this.#lost = { worker, epoch: this.#epoch };
    void this.#route();
  }

  /** The network closed the link, if any. */
  cut(): void {
    if (this.#worker) this.linkClosed(this.#worker);
  }

  heard(worker: MemberId): void {
    if (worker === this.#worker) this.#watch?.received(this.#around.host.nowMs());
  }

  #check(): void {
    const { host } = this.#around;
    void this.#ask((control) => [...control.fleet.values()])
      .then(
        (members) => this.#fleet.observe(members, host.nowMs()),
        () => {},
      )
      .finally(() => setTimeout(() => this.#check(), checkEveryMs));
    const lives = this.#worker !== undefined && this.#fleet.find(this.#worker) !== undefined;
    if (this.#worker !== undefined && this.#watch?.isSilent(lives, host.nowMs()))
      this.linkClosed(this.#worker);
  }

  /** Tries the workers, in rounds, until one accepts. */
  async #route(): Promise<void> {
    const attempt = ++this.#attempt;
    while (attempt === this.#attempt && this.#worker === undefined) {
      const lease: LeaseRecord | undefined = await this.#ask(({ lease }) => lease).catch(() => undefined);
      await this.#round(chooseWorker(streamId, lease, this.#fleet, true));
      if (this.#worker === undefined) await new Promise((wake) => setTimeout(wake, pauseMs));
    }
  }

  async #round(candidates: FleetMember[]): Promise<void> {
    const tried = new Set<MemberId>();
    let gone: WorkerRun | undefined;
    for (let member = candidates.shift(); member; member = candidates.shift()) {
      if (tried.has(member.id)) continue;
      tried.add(member.id);
      const { accepted, epoch = 0, holder, refused } = await this.#dial(member.id, gone);
      if (refused && member.id === this.#lost?.worker && member.state === 'active') gone = this.#lost;
      if (accepted) {
        this.#worker = member.id;
        this.#epoch = epoch;
        this.#lost = undefined;
        this.#watch = new LinkWatch(limits, this.#around.host.nowMs());
        return;
      }
      const named = holder && this.#fleet.find(holder);
      if (named && !tried.has(named.id)) candidates.unshift(named);
    }
  }

  #dial(worker: MemberId, gone: WorkerRun | undefined): Promise<DialAnswer> {
    return new Promise((resolve) => {
      setTimeout(() => resolve({ accepted: false }), answerTimeoutMs);
      this.#around.dial(worker, gone, resolve);
    });
  }

  #ask<Answer>(apply: (control: Invariants['control']) => Answer): Promise<Answer> {
    const { network, invariants, host } = this.#around;
    return network.ask(
      host,
      'control',
      () => apply(invariants.control),
      () => new Error('no answer'),
    );
  }
}
