import { WaitingRoom, type WaitingRoomLimits } from '../net/policy/waiting-room.ts';
import type { Arrival, Arrivals } from '../net/socket.ts';
import { clientOf } from '../protocol/relay/ip-address.ts';
import { arrivalLimits } from './policy/arrival-limits.ts';

/** What happened at a proxy's door since the last look. */
export interface DoorReport {
  /** Open connections, publishers or not. */
  readonly sockets: number;
  /** Connections that were closed because too many waited. */
  readonly crowdedOut: number;
  /** The address of the latest of them. */
  readonly client: string;
}

/**
 * The connections of all listeners of a proxy. From being accepted until its key is found valid a connection waits, through PROXY
 * header, TLS and RTMP handshake, and the oldest give way when too many do; so silent ones cost publishers nothing.
 */
export class PublisherArrivals implements Arrivals {
  readonly #room: WaitingRoom<PublisherArrival>;
  #sockets = 0;
  #unknown = 0;
  #crowdedOut = 0;
  #lastClient = '';

  constructor(limits: WaitingRoomLimits = arrivalLimits) {
    this.#room = new WaitingRoom(limits);
  }

  enter(host: string | undefined, giveWay: () => void): Arrival {
    this.#sockets++;
    const arrival = new PublisherArrival(host ?? '', giveWay, {
      wait: (from) => this.#enter(clientOf(from), arrival),
      leave: () => this.#room.leave(arrival),
      closed: () => this.#sockets--,
    });
    // All that one balancer brings at once would share its address: each is a client by itself until its header comes.
    this.#enter(host === undefined ? `unknown ${++this.#unknown}` : clientOf(host), arrival);
    return arrival;
  }

  report(): DoorReport {
    const crowdedOut = this.#crowdedOut;
    this.#crowdedOut = 0;
    return { sockets: this.#sockets, crowdedOut, client: this.#lastClient };
  }

  #enter(client: string, arrival: PublisherArrival): void {
    const oldest = this.#room.enter(client, arrival);
    if (oldest === undefined) return;
    this.#crowdedOut++;
    this.#lastClient = oldest.host;
    oldest.crowdOut();
  }
}

interface Door {
  wait(host: string): void;
  leave(): void;
  closed(): void;
}

class PublisherArrival implements Arrival {
  host: string;
  gaveWay = false;
  readonly #giveWay: () => void;
  readonly #door: Door;
  #isClosed = false;

  constructor(host: string, giveWay: () => void, door: Door) {
    this.host = host;
    this.#giveWay = giveWay;
    this.#door = door;
  }

  comesFrom(host: string): void {
    this.host = host;
    this.unverified();
  }

  verified(): void {
    this.#door.leave();
  }

  unverified(): void {
    if (!this.#isClosed && !this.gaveWay) this.#door.wait(this.host);
  }

  closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#door.leave();
    this.#door.closed();
  }

  crowdOut(): void {
    this.gaveWay = true;
    this.#giveWay();
  }
}
