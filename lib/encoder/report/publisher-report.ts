import type { BroadcastRecord } from '../../control-store/records.ts';
import type { ShownMeanwhile } from '../../control-store/stream-events.ts';
import { type JournaledRefusalReason, type Refusal, refusals } from '../../protocol/refusals.ts';
import type { RelayHello } from '../../protocol/relay/hello.ts';
import type { MemberId } from '../../routing/ids.ts';
import type { InputFormat } from '../policy/input-format.ts';
import type { Replay } from '../policy/replay.ts';
import { workerTiming } from '../policy/worker-timing.ts';
import type { HealthMoment } from './health-report.ts';
import { inputFacts } from './policy/broadcast-facts.ts';
import type { Reporter } from './reporter.ts';

/** A publish session, as far as a report needs it. */
interface AcceptedSession {
  readonly hello: RelayHello;
}

/** What a broadcast reports about its publisher: who it is, what it sends, when it disconnects and how it returns. */
export class PublisherReport {
  readonly #reporter: Reporter;
  readonly #bitrateBps: () => number;
  #format?: InputFormat;
  #encoderName?: string;
  #inputRefreshedMs = 0;
  readonly #tracksIgnored = new Set<'video' | 'audio'>();
  #skippedMs = Number.NEGATIVE_INFINITY;
  #keyFrameAwaited = false;
  /** Publishers of this stream have just been turned away. */
  #isRepeat = false;
  #wasUnusable = false;
  /** A replay that has begun and hasn't been reported yet. */
  #replay?: Replay & { readonly fromWorkerId: MemberId };
  /** The worker that last had the publisher. */
  #lastWorkerId: MemberId;

  /** `bitrateBps`: current input bitrate. */
  constructor(reporter: Reporter, bitrateBps: () => number, lastWorkerId: MemberId) {
    this.#reporter = reporter;
    this.#bitrateBps = bitrateBps;
    this.#lastWorkerId = lastWorkerId;
  }

  /** The input, for the record; empty until its format is known. */
  get input(): Pick<BroadcastRecord, 'input'> {
    if (!this.#format) return {};
    return { input: inputFacts(this.#format, this.#bitrateBps(), this.#encoderName) };
  }

  /** It was turned away like others before: the journal counts it with them. */
  get isRepeatedRefusal(): boolean {
    return this.#isRepeat && this.#wasUnusable;
  }

  /** What the publisher sends, for its health. */
  get sent(): Pick<HealthMoment, 'frameRate' | 'hasSound' | 'keyFrameAwaited'> {
    return {
      frameRate: this.#format?.picture?.input.frameRate,
      hasSound: this.#format?.audioCodec !== undefined,
      keyFrameAwaited: this.#keyFrameAwaited,
    };
  }

  /** `isFirst`: nothing is published yet. */
  taken({ hello }: AcceptedSession, isFirst: boolean): void {
    const { proxyId, sessionId, publish } = hello;
    const { record, journal } = this.#reporter;
    this.#encoderName = publish.flashVer;
    this.#keyFrameAwaited = false;
    if (record.sessionId !== sessionId) this.#tracksIgnored.clear();
    const sessionStartMs = record.sessionId === sessionId ? record.sessionStartMs : undefined;
    journal.update({ proxyId, sessionId, sessionStartMs });
    if (!isFirst) return;
    this.#isRepeat = this.#reporter.refusals.isExpected(record.streamId);
    if (!this.#isRepeat) journal.append('broadcast.starting', { workerId: record.workerId, proxyId });
  }

  /** The stream time of the session's first message, as its media is mapped now. */
  sessionStartsAt(sessionStartMs: number): void {
    const { record, journal } = this.#reporter;
    if (record.sessionStartMs !== sessionStartMs) journal.update({ sessionStartMs });
  }

  /** Stream time at which a session's replay begins; undefined if it replays nothing that this broadcast had. */
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
    const before = this.#format;
    this.#format = format;
    if (format.picture) this.#keyFrameAwaited = false;
    if (!before || before.picture || !format.picture) return;
    const { width, height, frameRate } = format.picture.input;
    this.#reporter.journal.append('input.pictures-began', { width, height, frameRate });
  }

  lost(windowMs: number, detail: string): void {
    const { record, journal } = this.#reporter;
    this.#reporter.move('publisher-lost');
    const soundAlone = this.#format && !this.#format.picture ? true : undefined;
    journal.append('stream.reconnecting', { windowMs, detail, proxyId: record.proxyId, soundAlone });
  }

  returned(absence: Absence): void {
    const { record, journal } = this.#reporter;
    const { workerId, proxyId } = record;
    this.#lastWorkerId = workerId;
    if (this.#reporter.move('publisher-back'))
      journal.append('stream.resumed', { workerId, proxyId, ...absence });
  }

  /** The publisher returned before anything was published. */
  returnedAtStart(): void {
    this.#reporter.move('publisher-back', 'starting');
  }

  /** The publisher never left: its proxy replays unpublished media. Reported with the first replayed segment. */
  replayed(replay: Replay): void {
    if (this.#reporter.move('publisher-back')) this.#replay = { ...replay, fromWorkerId: this.#lastWorkerId };
  }

  /** A replayed segment can be played. */
  replayShown({ lateMs, replayedMs }: { lateMs: number; replayedMs: number }): void {
    if (!this.#replay) return;
    const { workerId: toWorkerId } = this.#reporter.record;
    this.#reporter.journal.append('publisher.rehomed', { ...this.#replay, toWorkerId, lateMs, replayedMs });
    this.#replay = undefined;
    this.#lastWorkerId = toWorkerId;
  }

  inputUnusable(refusal: Refusal<JournaledRefusalReason>, session: AcceptedSession | undefined): void {
    const { about, emit, journal, record } = this.#reporter;
    const { reason, detail = reason } = refusal;
    emit('encoder.input.unusable', { ...about, code: refusals[reason].code, reason: detail });
    this.#wasUnusable = true;
    const { streamId } = record;
    const facts = this.#reporter.refusals.refused({
      streamId,
      ...refusal,
      client: session?.hello.client.address,
    });
    if (facts) journal.append('publish.refused', facts);
  }

  /** Logged once a second at most: an encoder may repeat it with every picture. */
  messageSkipped(cause: unknown): void {
    const { about, clock, emit } = this.#reporter;
    const nowMs = clock.nowMs();
    if (nowMs - this.#skippedMs < 1000) return;
    this.#skippedMs = nowMs;
    emit('encoder.message.skipped', { ...about, cause });
  }

  keyframeAwaited(): void {
    const { about, emit, journal } = this.#reporter;
    this.#keyFrameAwaited = true;
    emit('encoder.keyframe.awaited', about);
    journal.append('input.keyframe-awaited', {});
  }

  /** Logged once for each session and kind. */
  tracksIgnored(type: 'video' | 'audio'): void {
    if (this.#tracksIgnored.has(type)) return;
    this.#tracksIgnored.add(type);
    this.#reporter.emit('encoder.tracks.ignored', { ...this.#reporter.about, type });
  }

  inputThrottled(leadMs: number, backlogBytes: number): void {
    const { about, emit } = this.#reporter;
    emit('encoder.input.throttled', { ...about, leadMs: Math.round(leadMs), backlogBytes });
  }

  /** Keeps the record's input up to date. Call often. */
  refreshInput(): void {
    const { clock, journal } = this.#reporter;
    const nowMs = clock.nowMs();
    if (nowMs - this.#inputRefreshedMs <= workerTiming.inputReportMs) return;
    this.#inputRefreshedMs = nowMs;
    journal.update(this.input);
  }
}

/** A publisher's absence. */
interface Absence {
  readonly awayMs: number;
  readonly shown: ShownMeanwhile;
}
