import type { BroadcastRecord } from '../control/policy/records.ts';
import type { ShownMeanwhile } from '../control/policy/stream-events.ts';
import type { MemberId } from '../routing/ids.ts';
import { inputFacts } from './policy/broadcast-facts.ts';
import type { Replay } from './policy/comeback.ts';
import type { InputFormat } from './policy/input-format.ts';
import type { PublishSession } from './publish-session.ts';
import type { Teller } from './teller.ts';

const refreshInputEveryMs = 5000;

/** What a broadcast tells of its publisher: who it is, what it sends, when it is away and how it comes back. */
export class PublisherReport {
  readonly #teller: Teller;
  readonly #bitrateBps: () => number;
  #format?: InputFormat;
  #encoderName?: string;
  #inputRefreshedMs = 0;
  /** A replay that has begun, until it is told. */
  #replay?: Replay & { readonly fromWorkerId: MemberId };
  /** The worker that had the publisher last. */
  #lastWorkerId: MemberId;

  /** `bitrateBps`: what comes in by now. */
  constructor(teller: Teller, bitrateBps: () => number, lastWorkerId: MemberId) {
    this.#teller = teller;
    this.#bitrateBps = bitrateBps;
    this.#lastWorkerId = lastWorkerId;
  }

  /** For the record: what comes in; nothing before its format is known. */
  get input(): Pick<BroadcastRecord, 'input'> {
    if (!this.#format) return {};
    return { input: inputFacts(this.#format, this.#bitrateBps(), this.#encoderName) };
  }

  /** `isFirst`: nothing is published yet. */
  taken({ hello }: PublishSession, isFirst: boolean): void {
    const { proxyId, sessionId, publish } = hello;
    const { record, story } = this.#teller;
    this.#encoderName = publish.flashVer;
    const sessionStartMs = record.sessionId === sessionId ? record.sessionStartMs : undefined;
    story.update({ proxyId, sessionId, sessionStartMs });
    if (isFirst) story.tell('broadcast.starting', { workerId: record.workerId, proxyId });
  }

  /** The stream time that the session's first message has, or would have, by how its media is placed now. */
  sessionStartsAt(sessionStartMs: number): void {
    const { record, story } = this.#teller;
    if (record.sessionStartMs !== sessionStartMs) story.update({ sessionStartMs });
  }

  /** Stream time at which a session's replay begins; undefined where it replays nothing that this broadcast had. */
  replayStartMs({ hello }: PublishSession): number | undefined {
    const { sessionId, sessionStartMs } = this.#teller.record;
    const { replayFromMs } = hello;
    if (replayFromMs === undefined || sessionStartMs === undefined) return undefined;
    return hello.sessionId === sessionId ? sessionStartMs + replayFromMs : undefined;
  }

  encoderNamed(name: string): void {
    this.#encoderName = name;
  }

  formatFound(format: InputFormat): void {
    this.#format = format;
  }

  lost(windowMs: number, detail: string): void {
    const { record, story } = this.#teller;
    this.#teller.move('publisher-lost');
    story.tell('stream.reconnecting', { windowMs, detail, proxyId: record.proxyId });
  }

  back(absence: Absence): void {
    const { record, story } = this.#teller;
    const { workerId, proxyId } = record;
    this.#lastWorkerId = workerId;
    if (this.#teller.move('publisher-back')) story.tell('stream.resumed', { workerId, proxyId, ...absence });
  }

  /** It is back before anything is published. */
  backAtStart(): void {
    this.#teller.move('publisher-back', 'starting');
  }

  /** The publisher never left: its proxy sends again what is not published. Told with the first segment of that. */
  replayed(replay: Replay): void {
    if (this.#teller.move('publisher-back')) this.#replay = { ...replay, fromWorkerId: this.#lastWorkerId };
  }

  /** A segment of what was replayed can be played. */
  replayShown({ lateMs, replayedMs }: { lateMs: number; replayedMs: number }): void {
    if (!this.#replay) return;
    const { workerId: toWorkerId } = this.#teller.record;
    this.#teller.story.tell('publisher.rehomed', { ...this.#replay, toWorkerId, lateMs, replayedMs });
    this.#replay = undefined;
    this.#lastWorkerId = toWorkerId;
  }

  inputUnusable(reason: string, session: PublishSession | undefined): void {
    const { about, emit, story } = this.#teller;
    emit('encoder.input.unusable', { ...about, reason });
    story.tell('publish.refused', {
      reason: 'unsupported-codec',
      detail: reason,
      ...(session ? { client: session.hello.client.address } : {}),
    });
  }

  inputThrottled(leadMs: number, backlogBytes: number): void {
    const { about, emit } = this.#teller;
    emit('encoder.input.throttled', { ...about, leadMs: Math.round(leadMs), backlogBytes });
  }

  /** Keeps the record's input up to date. Call often. */
  refreshInput(): void {
    const { clock, story } = this.#teller;
    const nowMs = clock.now();
    if (nowMs - this.#inputRefreshedMs <= refreshInputEveryMs) return;
    this.#inputRefreshedMs = nowMs;
    story.update(this.input);
  }
}

/** A publisher's absence. */
interface Absence {
  readonly awayMs: number;
  readonly shown: ShownMeanwhile;
}
