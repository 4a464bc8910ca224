import type { LeaseRecord } from '../../lib/control-store/records.ts';
import type { Network } from './network.ts';
import { faultsEndMs } from './schedule.ts';
import { ControlModel, ObjectModel, type WrittenObject } from './stores.ts';
import type { Host, World } from './world.ts';

/** A promise of the lease protocol that a schedule broke. */
export interface Violation {
  readonly atMs: number;
  readonly promise:
    | 'one owner of an epoch'
    | 'epochs only rise'
    | 'no object of a newer epoch is changed'
    | 'a segment keeps its bytes'
    | 'a playlist never loses its end'
    | 'no write begins past the lease'
    | 'no lease changes hands while its holder lives'
    | 'no holder that runs gives up'
    | 'somebody owns the stream in the end';
  readonly detail: string;
}

/**
 * A worker may write past its lease only where it cannot know: the control store had not answered it within so long, or
 * its clock stood still with its machine. What it then writes is fenced by the objects themselves.
 */
const unknowingMs = 4000;
/** A holder that had no trouble of its own for so long must not lose its lease. */
const healthyMs = 8000;
/** So long after the last fault the stream must be owned, and its segments come. */
export const recoveredWithinMs = 20_000;

/** Holds both stores and looks at all that changes in them. */
export class Invariants {
  readonly violations: Violation[] = [];
  readonly control: ControlModel;
  readonly objects: ObjectModel;
  readonly #world: World;
  readonly #hosts: ReadonlyMap<string, Host>;
  #network!: Network;
  #holds!: (hostId: string) => boolean;
  readonly #granted = new Map<number, string>();
  grants = 0;
  /** Segments that playlists named, by the newest epoch, since the last fault. */
  publishedAfterFaults = 0;

  constructor(world: World, hosts: ReadonlyMap<string, Host>) {
    this.#world = world;
    this.#hosts = hosts;
    this.control = new ControlModel((lease, before) => this.#grantMade(lease, before));
    this.objects = new ObjectModel((key, object, before) => this.#objectWritten(key, object, before));
  }

  /** `holds`: whether the process of this host believes that it has the lease. */
  connect(network: Network, holds: (hostId: string) => boolean): void {
    this.#network = network;
    this.#holds = holds;
  }

  /** A worker holds it to be allowed to write for this epoch, and is about to. */
  writeBegins(host: Host, epoch: number): void {
    const current = this.control.lease;
    if (current?.epoch === epoch) return;
    const { nowMs } = this.#world;
    const unansweredAtMs = this.#network.unansweredAtMs.get(host.id) ?? Number.NEGATIVE_INFINITY;
    const couldNotKnow = nowMs - Math.max(unansweredAtMs, host.clockWokeAtMs) < unknowingMs;
    if (!couldNotKnow)
      this.#broken(
        'no write begins past the lease',
        `${host.id} in epoch ${epoch}, ${current?.epoch} is taken`,
      );
  }

  /** A worker holds the lease of this epoch to be lost. */
  givenUp(host: Host, epoch: number): void {
    const isOurs = this.control.lease?.epoch === epoch && !this.control.lease.released;
    const ranForMs = this.#world.nowMs - Math.max(host.wokeAtMs, host.startedAtMs);
    if (isOurs && ranForMs > unknowingMs)
      this.#broken('no holder that runs gives up', `${host.id} gave epoch ${epoch} up`);
  }

  published(epoch: number): void {
    if (this.#world.nowMs > faultsEndMs && epoch === this.control.lease?.epoch) this.publishedAfterFaults++;
  }

  /** To be asked when there was time enough. */
  end(): void {
    if (this.publishedAfterFaults === 0)
      this.#broken('somebody owns the stream in the end', JSON.stringify(this.control.lease));
  }

  #grantMade(lease: LeaseRecord, before: LeaseRecord | undefined): void {
    this.grants++;
    const { epoch, workerId } = lease;
    const owner = this.#granted.get(epoch);
    if (owner !== undefined) this.#broken('one owner of an epoch', `${owner} and ${workerId} in ${epoch}`);
    this.#granted.set(epoch, workerId);
    if (before && epoch <= before.epoch) this.#broken('epochs only rise', `${epoch} after ${before.epoch}`);
    if (before && !before.released && before.workerId !== workerId) this.#changedHands(before, lease);
  }

  #changedHands(before: LeaseRecord, lease: LeaseRecord): void {
    const holder = this.#hosts.get(before.workerId);
    if (!holder?.alive || !this.#holds(holder.id)) return;
    const { nowMs } = this.#world;
    const troubleAtMs = this.#network.troubleAtMs.get(holder.id) ?? Number.NEGATIVE_INFINITY;
    const last = Math.max(troubleAtMs, holder.wokeAtMs, holder.startedAtMs);
    if (nowMs - last > healthyMs) {
      this.#broken(
        'no lease changes hands while its holder lives',
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
      this.#broken('no object of a newer epoch is changed', `${key}: ${object.epoch} over ${before.epoch}`);
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
