import type { LeaseRecord } from '../../lib/control-store/records.ts';
import type { Network } from './network.ts';
import { faultsEndMs } from './schedule.ts';
import { ControlModel, ObjectModel, type WrittenObject } from './stores.ts';
import type { Host, World } from './world.ts';

/** A promise of the lease protocol that a schedule broke. */
export interface Violation {
  readonly atMs: number;
  readonly promise:
    | 'one owner per epoch'
    | 'epochs only increase'
    | 'no object of a newer epoch is overwritten'
    | 'a segment keeps its bytes'
    | 'a playlist never loses its end'
    | 'no write begins past the lease'
    | 'no lease changes hands while its holder is alive'
    | 'no running holder gives up'
    | 'the stream has an owner at the end';
  readonly detail: string;
}

/**
 * A worker may write past its lease only if it cannot know: the control store had not answered it for this long, or its clock
 * stopped with its machine. What it writes then is fenced by the objects themselves.
 */
const unknowingMs = 4000;
/**
 * The same for a holder whose lease was taken because it seemed gone: it learns that from its next renewal, which is soon due and may
 * get no answer the first time.
 */
const deceivedMs = 2500;
/** A holder without trouble of its own for this long must not lose its lease. */
const healthyMs = 8000;
/** This long after the last fault the stream must have an owner and get new segments. */
export const recoveredWithinMs = 20_000;

/** Owns both stores and checks every change in them. */
export class Invariants {
  readonly violations: Violation[] = [];
  readonly control: ControlModel;
  readonly objects: ObjectModel;
  readonly #world: World;
  readonly #hosts: ReadonlyMap<string, Host>;
  #network!: Network;
  #holds!: (hostId: string) => boolean;
  readonly #granted = new Map<number, string>();
  /** When the lease of an epoch was taken from a holder that seemed gone. */
  readonly #deceivedAtMs = new Map<number, number>();
  grants = 0;
  /** Segments named by playlists of the newest epoch since the last fault. */
  publishedAfterFaults = 0;

  constructor(world: World, hosts: ReadonlyMap<string, Host>) {
    this.#world = world;
    this.#hosts = hosts;
    this.control = new ControlModel((lease, before) => this.#grantMade(lease, before));
    this.objects = new ObjectModel((key, object, before) => this.#objectWritten(key, object, before));
  }

  /** `holds`: whether the process on this host believes that it has the lease. */
  connect(network: Network, holds: (hostId: string) => boolean): void {
    this.#network = network;
    this.#holds = holds;
  }

  /** A worker believes that it may write for this epoch, and is about to. */
  writeBegins(host: Host, epoch: number): void {
    const current = this.control.lease;
    if (current?.epoch === epoch) return;
    const { nowMs } = this.#world;
    const unansweredAtMs = this.#network.unansweredAtMs.get(host.id) ?? Number.NEGATIVE_INFINITY;
    const couldNotKnow = nowMs - Math.max(unansweredAtMs, host.clockWokeAtMs) < unknowingMs;
    const deceivedAtMs = this.#deceivedAtMs.get(epoch) ?? Number.NEGATIVE_INFINITY;
    if (!couldNotKnow && nowMs - deceivedAtMs > deceivedMs)
      this.#broken(
        'no write begins past the lease',
        `${host.id} in epoch ${epoch}, the current one is ${current?.epoch}`,
      );
  }

  /** A worker believes that it has lost the lease of this epoch. */
  givenUp(host: Host, epoch: number): void {
    const isOurs = this.control.lease?.epoch === epoch && !this.control.lease.released;
    const ranForMs = this.#world.nowMs - Math.max(host.wokeAtMs, host.startedAtMs);
    if (isOurs && ranForMs > unknowingMs)
      this.#broken('no running holder gives up', `${host.id} gave up epoch ${epoch}`);
  }

  published(epoch: number): void {
    if (this.#world.nowMs > faultsEndMs && epoch === this.control.lease?.epoch) this.publishedAfterFaults++;
  }

  /** Call after enough time has passed. */
  end(): void {
    if (this.publishedAfterFaults === 0)
      this.#broken('the stream has an owner at the end', JSON.stringify(this.control.lease));
  }

  #grantMade(lease: LeaseRecord, before: LeaseRecord | undefined): void {
    this.grants++;
    const { epoch, workerId } = lease;
    const owner = this.#granted.get(epoch);
    if (owner !== undefined) this.#broken('one owner per epoch', `${owner} and ${workerId} in ${epoch}`);
    this.#granted.set(epoch, workerId);
    if (before && epoch <= before.epoch)
      this.#broken('epochs only increase', `${epoch} after ${before.epoch}`);
    if (before && !before.released && before.workerId !== workerId) this.#changedHands(before, lease);
  }

  #changedHands(before: LeaseRecord, lease: LeaseRecord): void {
    const holder = this.#hosts.get(before.workerId);
    const { nowMs } = this.#world;
    if (holder && holder.rejectedUntilMs > nowMs - deceivedMs) this.#deceivedAtMs.set(before.epoch, nowMs);
    if (!holder?.alive || !this.#holds(holder.id)) return;
    const troubleAtMs = this.#network.troubleAtMs.get(holder.id) ?? Number.NEGATIVE_INFINITY;
    const last = Math.max(troubleAtMs, holder.wokeAtMs, holder.startedAtMs, holder.rejectedUntilMs);
    if (nowMs - last > healthyMs) {
      this.#broken(
        'no lease changes hands while its holder is alive',
        `${lease.workerId} took epoch ${lease.epoch} from ${holder.id}`,
      );
    }
  }

  #objectWritten(key: string, object: WrittenObject, before: WrittenObject | undefined): void {
    if (!before) return;
    if (key.includes('/segment/')) {
      if (!before.body.equals(object.body)) this.#broken('a segment keeps its bytes', key);
      return;
    }
    if (before.epoch > object.epoch) {
      this.#broken(
        'no object of a newer epoch is overwritten',
        `${key}: ${object.epoch} over ${before.epoch}`,
      );
    }
    if (lastNumber(before.body) > lastNumber(object.body)) {
      this.#broken('a playlist never loses its end', `${key}: ${before.body} → ${object.body}`);
    }
  }

  #broken(promise: Violation['promise'], detail: string): void {
    this.violations.push({ atMs: Math.round(this.#world.nowMs), promise, detail });
  }
}

/** The newest segment that a playlist of the simulation names. */
export const lastNumber = (playlist: Buffer): number => Number.parseInt(playlist.toString('latin1'), 10);
