import type { BroadcastRecord } from '../../control-store/records.ts';
import type { ShownMeanwhile } from '../../control-store/stream-events.ts';
import { type JournaledRefusalReason, type Refusal, refusals } from '../../protocol/refusals.ts';
import type { RelayHello } from '../../protocol/relay/hello.ts';
import type { MemberId } from '../../routing/ids.ts';
import type { InputFormat } from '../policy/input-format.ts';
import type { Replay } from '../policy/replay.ts';
import { inputFacts } from './policy/broadcast-facts.ts';
import type { Reporter } from './reporter.ts';

const refreshInputEveryMs = 5000;

/** What a broadcast tells of its publisher: who it is, what it sends, when it is away and how it comes back. */
/** A publish session, as far as a report speaks of it. */
interface AcceptedSession {
  readonly hello: RelayHello;
}

export class PublisherReport {
  readonly #reporter: Reporter;
  readonly #bitrateBps: () => number;
  #format?: InputFormat;
  #encoderName?: string;
  #inputRefreshedMs = 0;
  /** A replay that has begun, until it is told. */
  #replay?: Replay & { readonly fromWorkerId: MemberId };
  /** The worker that had the publisher last. */
  #lastWorkerId: MemberId;

  /** `bitrateBps`: what comes in by now. */
  constructor(reporter: Reporter, bitrateBps: () => number, lastWorkerId: MemberId) {
    this.#reporter = reporter;
    this.#bitrateBps = bitrateBps;
    this.#lastWorkerId = lastWorkerId;
  }

  /** For the record: what comes in; nothing before its format is known. */
  get input(): Pick<BroadcastRecord, 'input'> {
    if (!this.#format) return {};
    return { input: inputFacts(this.#format, this.#bitrateBps(), this.#encoderName) };
  }

  /** `isFirst`: nothing is published yet. */
  taken({ hello }: AcceptedSession, isFirst: boolean): void {
    const { proxyId, sessionId, publish } = hello;
    const { record, journal } = this.#reporter;
    this.#encoderName = publish.flashVer;
    const sessionStartMs = record.sessionId === sessionId ? record.sessionStartMs : undefined;
    journal.update({ proxyId, sessionId, sessionStartMs });
    if (isFirst) journal.tell('broadcast.starting', { workerId: record.workerId, proxyId });
  }

  /** The stream time that the session's first message has, or would have, by how its media is placed now. */
  sessionStartsAt(sessionStartMs: number): void {
    const { record, journal } = this.#reporter;
    if (record.sessionStartMs !== sessionStartMs) journal.update({ sessionStartMs });
  }

  /** Stream time at which a session's replay begins; undefined where it replays nothing that this broadcast had. */
  replayStartMs({ hello }: AcceptedSession): number | undefined {
    const { sessionId, sessionStartMs } = this.#reporter.record;
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
    const { record, journal } = this.#reporter;
    this.#reporter.move('publisher-lost');
    journal.tell('stream.reconnecting', { windowMs, detail, proxyId: record.proxyId });
  }

  back(absence: Absence): void {
    const { record, journal } = this.#reporter;
    const { workerId, proxyId } = record;
    this.#lastWorkerId = workerId;
    if (this.#reporter.move('publisher-back'))
      journal.tell('stream.resumed', { workerId, proxyId, ...absence });
  }

  /** It is back before anything is published. */
  backAtStart(): void {
    this.#reporter.move('publisher-back', 'starting');
  }

  /** The publisher never left: its proxy sends again what is not published. Told with the first segment of that. */
  replayed(replay: Replay): void {
    if (this.#reporter.move('publisher-back')) this.#replay = { ...replay, fromWorkerId: this.#lastWorkerId };
  }

  /** A segment of what was replayed can be played. */
  replayShown({ lateMs, replayedMs }: { lateMs: number; replayedMs: number }): void {
    if (!this.#replay) return;
    const { workerId: toWorkerId } = this.#reporter.record;
    this.#reporter.journal.tell('publisher.rehomed', { ...this.#replay, toWorkerId, lateMs, replayedMs });
    this.#replay = undefined;
    this.#lastWorkerId = toWorkerId;
  }

  inputUnusable(refusal: Refusal<JournaledRefusalReason>, session: AcceptedSession | undefined): void {
    const { about, emit, journal } = this.#reporter;
    const { reason, detail = reason } = refusal;
    emit('encoder.input.unusable', { ...about, code: refusals[reason].code, reason: detail });
    const client = session?.hello.client.address;
    journal.tell('publish.refused', { ...refusal, ...(client !== undefined && { client }) });
  }

  inputThrottled(leadMs: number, backlogBytes: number): void {
    const { about, emit } = this.#reporter;
    emit('encoder.input.throttled', { ...about, leadMs: Math.round(leadMs), backlogBytes });
  }

  /** Keeps the record's input up to date. Call often. */
  refreshInput(): void {
    const { clock, journal } = this.#reporter;
    const nowMs = clock.nowMs();
    if (nowMs - this.#inputRefreshedMs <= refreshInputEveryMs) return;
    this.#inputRefreshedMs = nowMs;
    journal.update(this.input);
  }
}

/** A publisher's absence. */
interface Absence {
  readonly awayMs: number;
  readonly shown: ShownMeanwhile;
}
