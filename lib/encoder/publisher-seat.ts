import type { LeaseRecord } from '../control/policy/records.ts';
import type { Clock } from './ports.ts';
import type { PublishSession } from './publish-session.ts';

export interface PublisherSeatHandler {
  /** This session's media follows. */
  taken(session: PublishSession): void;
  media(type: 'video' | 'audio', timestampMs: number, payload: Buffer, sessionMs: number): void;
  metadata(facts: { readonly frameRate?: number; readonly encoder?: string }): void;
  batchEnded(): void;
  /** The publisher ended its stream itself. */
  unpublished(): void;
  /** The publisher is gone, or silent for too long. Once until `back`. */
  lost(detail: string): void;
  /** Media comes again, after so long. */
  back(awayMs: number): void;
}

/** A publisher that says nothing for this long is gone. */
const silentMs = 3000;
/** Media of an old session that comes so soon after a newcomer was on its way already; it shows no life. */
const inFlightMs = 500;

interface Contender {
  readonly session: PublishSession;
  readonly arrivedAtMs: number;
  readonly decide: (taken: boolean) => void;
}

/** The one place that a broadcast has for a publisher: who sits in it, who may take it over, and when it counts as empty. */
export class PublisherSeat {
  readonly #clock: Clock;
  readonly #lease: LeaseRecord;
  readonly #handler: PublisherSeatHandler;
  #session?: PublishSession;
  #contender?: Contender;
  #lastMediaAtMs: number;
  #lostAtMs?: number;
  #paused = false;
  #closed = false;

  /** Empty at first: a publisher is away until its first media. */
  constructor(clock: Clock, lease: LeaseRecord, handler: PublisherSeatHandler) {
    this.#clock = clock;
    this.#lease = lease;
    this.#handler = handler;
    this.#lastMediaAtMs = clock.now();
    this.#lostAtMs = clock.now();
  }

  get session(): PublishSession | undefined {
    return this.#session;
  }

  /** How long the publisher has been away; undefined while it sends. */
  get awayMs(): number | undefined {
    return this.#lostAtMs === undefined ? undefined : this.#clock.now() - this.#lostAtMs;
  }

  /** Monotonic time of the last media. */
  get lastMediaAtMs(): number {
    return this.#lastMediaAtMs;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** True when the session is accepted; false where another publisher is alive. Decided within about 3 s. */
  attach(session: PublishSession): Promise<boolean> {
    if (this.#closed || this.#contender) return Promise.resolve(false);
    if (!this.#session) {
      this.#take(session);
      return Promise.resolve(true);
    }
    return new Promise((decide) => {
      this.#contender = { session, arrivedAtMs: this.#clock.now(), decide };
      this.#judge();
    });
  }

  /** Call a few times a second. */
  tick(): void {
    this.#judge();
    const silentForMs = this.#clock.now() - this.#lastMediaAtMs;
    if (this.#session && silentForMs > silentMs && !this.#paused)
      this.#lose('it is connected but sends nothing');
  }

  /** Reads nothing more from the publisher for now; that is not its silence. */
  pause(): void {
    this.#paused = true;
    this.#session?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#lastMediaAtMs = this.#clock.now();
    this.#session?.resume();
  }

  /** Sends the publisher away. The seat stays open for another one. */
  dismiss(reason: string): void {
    const session = this.#session;
    this.#session = undefined;
    session?.end(reason);
    this.#lose(reason);
  }

  /** Nobody sits here any more. */
  close(reason: string): void {
    this.#closed = true;
    this.#contender?.decide(false);
    this.#contender = undefined;
    const session = this.#session;
    this.#session = undefined;
    session?.end(reason);
  }

  #take(session: PublishSession): void {
    this.#session = session;
    this.#lastMediaAtMs = this.#clock.now();
    this.#paused = false;
    this.#handler.taken(session);
    session.accept(this.#lease, {
      media: (type, timestampMs, payload, sessionMs) => {
        if (session !== this.#session) return;
        this.#mediaCame();
        this.#handler.media(type, timestampMs, payload, sessionMs);
      },
      metadata: (facts) => {
        if (session === this.#session) this.#handler.metadata(facts);
      },
      batchEnded: () => this.#handler.batchEnded(),
      unpublished: () => {
        if (session === this.#session) this.#handler.unpublished();
      },
      closed: () => {
        if (session !== this.#session) return;
        this.#session = undefined;
        this.#lose('the connection broke');
        this.#judge();
      },
    });
  }

  #mediaCame(): void {
    this.#lastMediaAtMs = this.#clock.now();
    const awayMs = this.awayMs;
    if (awayMs === undefined) return;
    this.#lostAtMs = undefined;
    this.#handler.back(awayMs);
  }

  #lose(detail: string): void {
    if (this.#closed || this.#lostAtMs !== undefined) return;
    this.#lostAtMs = this.#clock.now();
    this.#handler.lost(detail);
  }

  #judge(): void {
    const contender = this.#contender;
    if (!contender) return;
    const { session, arrivedAtMs, decide } = contender;
    const isAlive = this.#session !== undefined && this.#lastMediaAtMs > arrivedAtMs + inFlightMs;
    const isFree = this.#session === undefined || this.#clock.now() - this.#lastMediaAtMs > silentMs;
    if (!session.closed && !isAlive && !isFree) return;
    this.#contender = undefined;
    if (session.closed || isAlive) {
      decide(false);
      return;
    }
    const old = this.#session;
    this.#session = undefined;
    old?.end('Another broadcaster took over after this one had been silent.');
    this.#take(session);
    decide(true);
  }
}
