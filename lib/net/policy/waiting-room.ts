import { addressGroup } from './address-group.ts';

export interface WaitingRoomLimits {
  /** Connections that may wait at the same time. */
  readonly most: number;
  /** Of them, those of one client address; for IPv6 of one /64. */
  readonly mostPerAddress: number;
}

/**
 * Connections whose peers have not shown yet who they are. Their number is bounded, and so is the share of each address. A
 * newcomer is never the one to go: it is the oldest of its own address if that has its share, otherwise the oldest of the
 * address with the most. Honest peers wait for milliseconds, so what is old is silent.
 */
export class WaitingRoom<One> {
  readonly #limits: WaitingRoomLimits;
  /** By address group; each in order of arrival. */
  readonly #groups = new Map<string, Set<One>>();
  readonly #groupOf = new Map<One, string>();

  constructor(limits: WaitingRoomLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#groupOf.size;
  }

  /** Adds one, or changes the address of one that waits already. Returns the one that has to give way, which no longer counts. */
  enter(host: string, one: One): One | undefined {
    this.leave(one);
    const group = addressGroup(host);
    const own = this.#groups.get(group) ?? new Set();
    const from =
      own.size >= this.#limits.mostPerAddress
        ? own
        : this.size >= this.#limits.most
          ? this.#largest()
          : undefined;
    const oldest = from?.values().next().value;
    if (oldest !== undefined) this.leave(oldest);
    own.add(one);
    this.#groups.set(group, own);
    this.#groupOf.set(one, group);
    return oldest;
  }

  /** It has shown who it is, or is closed. */
  leave(one: One): void {
    const group = this.#groupOf.get(one);
    if (group === undefined) return;
    this.#groupOf.delete(one);
    const members = this.#groups.get(group);
    members?.delete(one);
    if (members?.size === 0) this.#groups.delete(group);
  }

  #largest(): Set<One> | undefined {
    let largest: Set<One> | undefined;
    for (const members of this.#groups.values()) {
      if (largest === undefined || members.size > largest.size) largest = members;
    }
    return largest;
  }
}
