import type { LeaseRecord } from '../../control-store/records.ts';
import type { Clock } from '../../net/clock.ts';
import { frameToResumeAt } from './policy/resumption.ts';
import { judgeClaim, silentMs } from './policy/seat-claim.ts';
import type { PublishSession, PublishSessionHandler, SessionMetadata } from './publish-session.ts';

export interface PublisherSeatHandler {
  /** This session's media follows, including anything that its proxy replays. */
  taken(session: PublishSession): void;
  /**
   * The last session has a new link. Return true if its media can resume where it stopped, without repeats. Otherwise `taken`
   * follows, as for any session.
   */
  resumed?(): boolean;
  media(type: 'video' | 'audio', timestampMs: number, payload: Buffer, sessionMs: number): void;
  metadata(facts: SessionMetadata): void;
  /** A message has tracks that are not played. */
  tracksIgnored(type: 'video' | 'audio'): void;
  /** A message could not be read or handled and was skipped. */
  skipped(cause: unknown): void;
  /** Nothing that the session sends can be used any more: dismiss it with a reason. */
  unusable(cause: unknown): void;
  batchEnded(): void;
  /** The publisher ended its stream. */
  unpublished(): void;
  /** The publisher disconnected or was silent for too long. Called once until `returned`. */
  lost(detail: string): void;
  /** Media is arriving again, after `awayMs`. */
  returned(awayMs: number): void;
}

/** A publisher silent this long is shown to viewers as disconnected. */
const lostMs = 3000;
/**
 * The most silence or waiting that one step between two ticks counts for: while this process was stalled, it could not have
 * received anything.
 */
const maxStepMs = 250;
/** A proxy whose link broke reconnects within this, if the proxy and the network to it are alive. */
const relinkWithinMs = 500;

interface Contender {
  readonly session: PublishSession;
  readonly arrivedAtMs: number;
  readonly decide: (taken: boolean) => void;
}

/**
 * The publisher seat: the one publish session that a broadcast accepts. Knows who holds it, who may take it over, and when it
 * counts as empty.
 */
export class PublisherSeat {
  readonly #clock: Clock;
  readonly #lease: LeaseRecord;
  readonly #handler: PublisherSeatHandler;
  #session?: PublishSession;
  /** The seat's last holder, which may reconnect over another link. */
  #last?: PublishSession | undefined;
  #contender?: Contender;
  #lastMediaAtMs: number;
  /** Time without media, and when it was last counted. */
  #silence: { forMs: number; countedAtMs: number };
  /** When this session's media resumed after it had been silent. */
  #silenceEndedAtMs?: number;
  /** The current session has sent media. */
  #hasSentMedia = false;
  #lostAtMs?: number;
  /** How much longer to wait for the proxy whose link broke rather than closing cleanly. */
  #relinkWaitMs = 0;
  #paused = false;
  #closed = false;

  /** Starts empty: a publisher is away until its first media. */
  constructor(clock: Clock, lease: LeaseRecord, handler: PublisherSeatHandler) {
    this.#clock = clock;
    this.#lease = lease;
    this.#handler = handler;
    this.#lastMediaAtMs = clock.nowMs();
    this.#silence = { forMs: 0, countedAtMs: clock.nowMs() };
    this.#lostAtMs = clock.nowMs();
  }

  get session(): PublishSession | undefined {
    return this.#session;
  }

  /** How long the publisher has been away; undefined while it is sending. */
  get awayMs(): number | undefined {
    return this.#lostAtMs === undefined ? undefined : this.#clock.nowMs() - this.#lostAtMs;
  }

  /** The link has just broken; its proxy may be about to resume. */
  get mayResume(): boolean {
    return this.#lostAtMs !== undefined && this.#relinkWaitMs > 0;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Resolves to true if the session is accepted, false if another publisher is alive. Takes about 2 s at most. */
  attach(session: PublishSession): Promise<boolean> {
    this.#judge();
    if (this.#closed || this.#contender) return Promise.resolve(false);
    // A proxy that lost its link brings back the same publisher.
    if (!this.#session || this.#session.hello.sessionId === session.hello.sessionId) {
      this.#replaceBy(session);
      return Promise.resolve(true);
    }
    return new Promise((decide) => {
      this.#contender = { session, arrivedAtMs: this.#clock.nowMs(), decide };
      this.#judge();
    });
  }

  /** Call a few times a second. */
  tick(): void {
    const silentForMs = this.#countSilence();
    this.#judge();
    if (this.#session && silentForMs > lostMs && !this.#paused) this.#lose('connected but sending nothing');
  }

  /** Pauses reading from the publisher; don't count this as silence. */
  pause(): void {
    this.#paused = true;
    this.#session?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#silence = { forMs: 0, countedAtMs: this.#clock.nowMs() };
    this.#session?.resume();
  }

  /** Disconnects the publisher. The seat stays open for another. */
  dismiss(reason: string): void {
    const session = this.#session;
    this.#session = undefined;
    this.#last = undefined;
    session?.end(reason);
    this.#lose(reason);
  }

  /** Hands the publisher to another worker: its proxy takes it there. */
  vacate(): void {
    const session = this.#session;
    this.#session = undefined;
    session?.leave();
  }

  /** Empties the seat for good. */
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
    this.#lastMediaAtMs = this.#clock.nowMs();
    this.#silence = { forMs: 0, countedAtMs: this.#clock.nowMs() };
    this.#silenceEndedAtMs = undefined;
    this.#hasSentMedia = false;
    this.#paused = false;
    const fromFrame = this.#last && frameToResumeAt(this.#last, session);
    this.#last = session;
    const resumes = fromFrame !== undefined && this.#handler.resumed?.() === true;
    if (!resumes) this.#handler.taken(session);
    const handler: PublishSessionHandler = {
      media: (type, timestampMs, payload, sessionMs) => {
        if (session !== this.#session) return;
        this.#mediaArrived();
        this.#handler.media(type, timestampMs, payload, sessionMs);
      },
      metadata: (facts) => {
        if (session === this.#session) this.#handler.metadata(facts);
      },
      tracksIgnored: (type) => {
        if (session === this.#session) this.#handler.tracksIgnored(type);
      },
      skipped: (cause) => {
        if (session === this.#session) this.#handler.skipped(cause);
      },
      unusable: (cause) => {
        if (session === this.#session) this.#handler.unusable(cause);
      },
      batchEnded: () => this.#handler.batchEnded(),
      unpublished: () => {
        if (session === this.#session) this.#handler.unpublished();
      },
      closed: (fault) => {
        if (session !== this.#session) return;
        this.#session = undefined;
        this.#lose('connection lost', fault !== undefined);
        this.#judge();
      },
    };
    session.accept(this.#lease, handler, resumes ? fromFrame : undefined);
  }

  #mediaArrived(): void {
    const nowMs = this.#clock.nowMs();
    if (this.#hasSentMedia && this.#silence.forMs >= silentMs) this.#silenceEndedAtMs = nowMs;
    this.#hasSentMedia = true;
    this.#lastMediaAtMs = nowMs;
    this.#silence = { forMs: 0, countedAtMs: nowMs };
    const awayMs = this.awayMs;
    if (awayMs === undefined) return;
    this.#lostAtMs = undefined;
    this.#handler.returned(awayMs);
  }

  #lose(detail: string, byFault = false): void {
    if (this.#closed || this.#lostAtMs !== undefined) return;
    this.#relinkWaitMs = byFault ? relinkWithinMs : 0;
    this.#lostAtMs = this.#clock.nowMs();
    this.#handler.lost(detail);
  }

  #judge(): void {
    const contender = this.#contender;
    if (!contender) return;
    const { session, decide } = contender;
    const verdict = session.closed ? 'refuse' : this.#session ? this.#claimOf(contender) : 'take';
    if (verdict === 'wait') return;
    this.#contender = undefined;
    if (verdict === 'take') this.#replaceBy(session);
    decide(verdict === 'take');
  }

  #claimOf({ arrivedAtMs }: Contender): ReturnType<typeof judgeClaim> {
    return judgeClaim({
      nowMs: this.#clock.nowMs(),
      arrivedAtMs,
      lastMediaAtMs: this.#lastMediaAtMs,
      silentForMs: this.#countSilence(),
      ...(this.#silenceEndedAtMs === undefined ? {} : { silenceEndedAtMs: this.#silenceEndedAtMs }),
      paused: this.#paused,
    });
  }

  #replaceBy(session: PublishSession): void {
    const old = this.#session;
    this.#session = undefined;
    old?.end('Another connection took over because this one had stopped sending.');
    this.#take(session);
  }

  /** Returns how long the publisher has been silent. */
  #countSilence(): number {
    const nowMs = this.#clock.nowMs();
    const { forMs, countedAtMs } = this.#silence;
    const stepMs = Math.min(nowMs - countedAtMs, maxStepMs);
    this.#silence = { forMs: forMs + stepMs, countedAtMs: nowMs };
    this.#relinkWaitMs -= stepMs;
    return this.#silence.forMs;
  }
}
