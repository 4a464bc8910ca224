export interface WaitingRoomLimits {
  /** Connections that may wait at the same time. */
  readonly most: number;
  /** Of them, those of one client. */
  readonly mostPerClient: number;
}

/**
 * Connections whose peers have not shown yet who they are. Their number is bounded, and so is the share of each client (of an
 * address, or an IPv6 /64: `clientOf`). A newcomer is never the one to go: it is the oldest of its own client if that has its share,
 * otherwise the oldest of the client with the most. Honest peers wait for milliseconds, so what is old is silent.
 */
export class WaitingRoom<One> {
  readonly #limits: WaitingRoomLimits;
  /** Each in order of arrival. */
  readonly #byClient = new Map<string, Set<One>>();
  readonly #clientOf = new Map<One, string>();

  constructor(limits: WaitingRoomLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#clientOf.size;
  }

  /** Adds one, or changes the client of one that waits already. Returns the one that has to give way, which no longer counts. */
  enter(client: string, one: One): One | undefined {
    this.leave(one);
    const own = this.#byClient.get(client) ?? new Set();
    const from =
      own.size >= this.#limits.mostPerClient
        ? own
        : this.size >= this.#limits.most
          ? this.#largest()
          : undefined;
    const oldest = from?.values().next().value;
    if (oldest !== undefined) this.leave(oldest);
    own.add(one);
    this.#byClient.set(client, own);
    this.#clientOf.set(one, client);
    return oldest;
  }

  /** It has shown who it is, or is closed. */
  leave(one: One): void {
    const client = this.#clientOf.get(one);
    if (client === undefined) return;
    this.#clientOf.delete(one);
    const members = this.#byClient.get(client);
    members?.delete(one);
    if (members?.size === 0) this.#byClient.delete(client);
  }

  #largest(): Set<One> | undefined {
    let largest: Set<One> | undefined;
    for (const members of this.#byClient.values()) {
      if (largest === undefined || members.size > largest.size) largest = members;
    }
    return largest;
  }
}
