import type { FleetMember, LeaseRecord } from '../../lib/control-store/records.ts';
import { LeaseWatch } from '../../lib/ingest/lease-watch.ts';
import { chooseWorker, FleetView } from '../../lib/ingest/policy/fleet-view.ts';
import { LinkWatch } from '../../lib/ingest/policy/link-watch.ts';
import { routeTiming } from '../../lib/ingest/policy/route-timing.ts';
import type { GoneWorker, WorkerRun } from '../../lib/protocol/relay/hello.ts';
import type { MemberId } from '../../lib/routing/ids.ts';
import type { Invariants } from './invariants.ts';
import type { Network } from './network.ts';
import { streamId } from './simulated-broadcast.ts';
import type { Host } from './world.ts';

/** Same as in the product's proxy. */
const checkEveryMs = 1000;
const pauseMs = 250;
const answerTimeoutMs = 4000;
const limits = { stallMs: 5000, silentMs: 6000, doubtMs: 750 };

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
    gone: GoneWorker | undefined,
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
  #lost?: (WorkerRun & { readonly expired?: number }) | undefined;
  #watch?: LinkWatch;
  #lease?: LeaseWatch;
  #attempt = 0;

  constructor(around: ProxySurroundings) {
    this.#around = around;
    this.#check();
    setInterval(() => this.#watchLease(), routeTiming.linkEveryMs);
    void this.#route();
  }

  /** The worker's end of the link closed; `expired`: or its lease has, in this version. */
  linkClosed(worker: MemberId, expired?: number): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    this.#lost = { worker, epoch: this.#epoch, ...(expired !== undefined && { expired }) };
    void this.#route();
  }

  /** The network closed the link, if any. */
  cut(): void {
    if (this.#worker) this.linkClosed(this.#worker);
  }

  /** A frame came from it; `renewed`: which says that its lease has this version now. */
  heard(worker: MemberId, renewed?: number): void {
    if (worker !== this.#worker) return;
    this.#watch?.received(this.#around.host.nowMs());
    this.#lease?.heard();
    if (renewed === undefined) return;
    this.#watch?.receivedRenewal();
    this.#lease?.renewed(renewed);
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

  #watchLease(): void {
    if (this.#worker !== undefined)
      this.#lease?.tick(this.#watch?.isDoubtful(this.#around.host.nowMs()) === true);
  }

  #leaseWatch(worker: MemberId, epoch: number): LeaseWatch {
    const { host } = this.#around;
    const watch: LeaseWatch = new LeaseWatch({
      run: { worker, epoch },
      read: () => this.#ask((control) => control.lease),
      nowMs: () => host.nowMs(),
      expired: (version) => {
        if (watch === this.#lease) this.linkClosed(worker, version);
      },
    });
    return watch;
  }

  /** Tries the workers, in rounds, until one accepts. */
  async #route(): Promise<void> {
    const attempt = ++this.#attempt;
    while (attempt === this.#attempt && this.#worker === undefined) {
      const lease: LeaseRecord | undefined = await this.#ask(({ lease }) => lease).catch(() => undefined);
      await this.#round(chooseWorker(streamId, lease, this.#fleet, true), lease);
      if (this.#worker === undefined) await new Promise((wake) => setTimeout(wake, pauseMs));
    }
  }

  async #round(candidates: FleetMember[], lease: LeaseRecord | undefined): Promise<void> {
    const tried = new Set<MemberId>();
    let gone = this.#expiredIn(lease);
    for (let member = candidates.shift(); member; member = candidates.shift()) {
      if (tried.has(member.id)) continue;
      tried.add(member.id);
      const { accepted, epoch = 0, holder, refused } = await this.#dial(member.id, gone);
      const isLost = member.id === this.#lost?.worker && lease?.workerId === member.id;
      if (refused && isLost && member.state === 'active' && lease.epoch === this.#lost?.epoch)
        gone = { worker: member.id, epoch: lease.epoch, leaseVersion: lease.version };
      if (accepted) {
        this.#worker = member.id;
        this.#epoch = epoch;
        this.#lost = undefined;
        this.#watch = new LinkWatch(limits, this.#around.host.nowMs());
        this.#lease = this.#leaseWatch(member.id, epoch);
        return;
      }
      const named = holder && this.#fleet.find(holder);
      if (named && !tried.has(named.id)) candidates.unshift(named);
    }
  }

  #expiredIn(lease: LeaseRecord | undefined): GoneWorker | undefined {
    const { worker, epoch, expired } = this.#lost ?? {};
    if (worker === undefined || epoch === undefined || expired === undefined) return undefined;
    const isSame = lease?.workerId === worker && lease.epoch === epoch && lease.version === expired;
    return isSame && !lease.released ? { worker, epoch, leaseVersion: expired } : undefined;
  }

  #dial(worker: MemberId, gone: GoneWorker | undefined): Promise<DialAnswer> {
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
