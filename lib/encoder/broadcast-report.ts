import type { BroadcastRecord, BroadcastState, EndReason, LeaseRecord } from '../control/policy/records.ts';
import { listRenditions, type RehomeCause, type ShownMeanwhile } from '../control/policy/stream-events.ts';
import type { MemberId } from '../routing/ids.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import type { EncoderRun } from './encoder-run.ts';
import { inputFacts, renditionFacts } from './policy/broadcast-facts.ts';
import { type BroadcastTrigger, nextState } from './policy/broadcast-state.ts';
import { segmentMs } from './policy/grid.ts';
import type { InputFormat } from './policy/input-format.ts';
import type { TrackHeader } from './policy/publication-model.ts';
import { type RecordingOutcome, whyIncomplete } from './policy/recording-outcome.ts';
import { speedOf } from './policy/shedding.ts';
import type { EncoderExit } from './ports.ts';
import type { PublishSession } from './publish-session.ts';
import { Story, type StoryOptions } from './story.ts';

const refreshInputEveryMs = 5000;
/** While the control store was away for less, hardly anybody could have noticed. */
const notableOutageMs = 5000;
/**
 * A segment is late when a viewer may feel it. A player with 6 s of buffer has 4 s left when the next segment is due; half
 * of that is for the way through the edge.
 */
const lateAfterMs = 2000;

export interface BroadcastReportOptions extends StoryOptions {
  readonly emit: EmitEvent;
  /** What comes in, in bits a second, by now. */
  readonly bitrateBps: () => number;
}

/**
 * What a broadcast says of itself, to whom it concerns: its state, input and renditions in its record of the control store,
 * its story to those who watch the stream's events, and its log.
 */
export class BroadcastReport {
  readonly #options: BroadcastReportOptions;
  readonly #story: Story;
  readonly #about: { readonly stream: string; readonly broadcast: string };
  readonly #createdAtMs: number;
  #format?: InputFormat;
  #encoderName?: string;
  #inputRefreshedMs = 0;
  /** A replay that has begun, until it is told. */
  #replay?: Replay & { readonly fromWorkerId: MemberId };
  /** The worker that had the publisher last. */
  #lastWorkerId: MemberId;
  #isEncoderStuck = false;
  #isLost = false;

  /** `last`: the record that another worker left. */
  constructor(lease: LeaseRecord, options: BroadcastReportOptions, last?: BroadcastRecord) {
    const record = firstRecord(lease, options.clock.wall(), last);
    this.#options = options;
    this.#story = new Story(record, options);
    this.#about = { stream: record.streamId, broadcast: record.id };
    this.#createdAtMs = options.clock.now();
    this.#lastWorkerId = last?.workerId ?? record.workerId;
  }

  get state(): BroadcastState {
    return this.#story.record.state;
  }

  /** Returns whether the state changed. */
  move(trigger: BroadcastTrigger, instead?: BroadcastState): boolean {
    const to = instead ?? nextState(this.state, trigger);
    if (!to || to === this.state) return false;
    this.#story.update({ state: to });
    this.#options.emit('encoder.broadcast.state', { ...this.#about, state: to, trigger });
    return true;
  }

  // The publisher

  /** `isFirst`: nothing is published yet. */
  taken({ hello }: PublishSession, isFirst: boolean): void {
    const { proxyId, sessionId, publish } = hello;
    this.#encoderName = publish.flashVer;
    const { record } = this.#story;
    const sessionStartMs = record.sessionId === sessionId ? record.sessionStartMs : undefined;
    this.#story.update({ proxyId, sessionId, sessionStartMs });
    if (isFirst) this.#story.tell('broadcast.starting', { workerId: this.#story.record.workerId, proxyId });
  }

  /** The stream time that the session's first message has, or would have, by how its media is placed now. */
  sessionStartsAt(sessionStartMs: number): void {
    if (this.#story.record.sessionStartMs !== sessionStartMs) this.#story.update({ sessionStartMs });
  }

  /** Stream time at which a session's replay begins; undefined where it replays nothing that this broadcast had. */
  replayStartMs({ hello }: PublishSession): number | undefined {
    const { sessionId, sessionStartMs } = this.#story.record;
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

  publisherLost(windowMs: number, detail: string): void {
    this.move('publisher-lost');
    this.#story.tell('stream.reconnecting', { windowMs, detail, proxyId: this.#story.record.proxyId });
  }

  publisherBack(absence: Absence): void {
    const { workerId, proxyId } = this.#story.record;
    this.#lastWorkerId = workerId;
    if (this.move('publisher-back')) this.#story.tell('stream.resumed', { workerId, proxyId, ...absence });
  }

  /** The publisher never left: its proxy sends again what is not published. Told with the first segment of that. */
  publisherReplayed(replay: Replay): void {
    if (this.move('publisher-back')) this.#replay = { ...replay, fromWorkerId: this.#lastWorkerId };
  }

  inputUnusable(reason: string, session: PublishSession | undefined): void {
    this.#options.emit('encoder.input.unusable', { ...this.#about, reason });
    this.#story.tell('publish.refused', {
      reason: 'unsupported-codec',
      detail: reason,
      ...(session ? { client: session.hello.client.address } : {}),
    });
  }

  inputThrottled(leadMs: number, backlogBytes: number): void {
    const facts = { leadMs: Math.round(leadMs), backlogBytes };
    this.#options.emit('encoder.input.throttled', { ...this.#about, ...facts });
  }

  /** Keeps the record's input up to date. Call often. */
  refreshInput(): void {
    const nowMs = this.#options.clock.now();
    if (nowMs - this.#inputRefreshedMs <= refreshInputEveryMs) return;
    this.#inputRefreshedMs = nowMs;
    this.#story.update(this.#input());
  }

  // The encoder

  encoderStarted({ id, fromNumber, args, pid }: EncoderRun): void {
    this.#options.emit('encoder.ffmpeg.started', {
      ...this.#about,
      run: id,
      fromNumber,
      args: args.join(' '),
      ...(pid === undefined ? {} : { pid }),
    });
  }

  encoderCrashed(run: EncoderRun, { code, signal, said }: EncoderExit): void {
    this.#options.emit('encoder.ffmpeg.crashed', { ...this.#about, run: run.id, code, signal, said });
    const detail = signal ? `signal ${signal}` : `exit code ${code ?? 'unknown'}`;
    this.#story.tell('encoder.restarted', { detail, outageMs: run.lagMs });
  }

  encoderStuck(withinMs: number): void {
    this.#isEncoderStuck = true;
    this.#options.emit('encoder.ffmpeg.stuck', { ...this.#about, withinMs });
  }

  slateFailed(cause: Error): void {
    this.#options.emit('encoder.slate.failed', { ...this.#about, cause });
  }

  ladderShed(rendition: string, lagMs: number, left: readonly string[]): void {
    this.#options.emit('encoder.ladder.shed', { ...this.#about, rendition, lagMs });
    this.#story.tell('ladder.shed', { rendition, speed: speedOf(lagMs), left: listRenditions(left) });
  }

  // The origin

  originTrouble({ cause, full, queuedSegments }: OriginTrouble): void {
    const facts = { ...this.#about, queuedSegments, cause };
    if (full) this.#options.emit('encoder.origin.full', facts);
    else this.#options.emit('encoder.origin.trouble', facts);
    const detail = full ? 'it has no room left' : 'it does not answer';
    this.#story.tell('origin.trouble', { detail, queuedMs: queuedSegments * segmentMs });
  }

  originRecovered({ downMs, lostSegments }: { downMs: number; lostSegments: number }): void {
    this.#options.emit('encoder.origin.recovered', {
      ...this.#about,
      downMs: Math.round(downMs),
      lostSegments,
    });
    this.#story.tell('origin.recovered', { downMs, lostMs: lostSegments * segmentMs });
  }

  controlRecovered(downMs: number): void {
    if (downMs >= notableOutageMs) this.#story.tell('control.recovered', { downMs });
  }

  /**
   * Segments with all their renditions can be played; with the first one the broadcast is live.
   */
  published(renditions: readonly PublishedRendition[], publisherPresent: boolean, arrival: Arrival): void {
    const { lateMs, replayedMs } = arrival;
    this.#noteRenditions(renditions);
    this.#noteLateness(arrival);
    if (this.#replay) {
      const { workerId: toWorkerId } = this.#story.record;
      const facts = { toWorkerId, lateMs, replayedMs };
      this.#story.tell('publisher.rehomed', { ...this.#replay, ...facts });
      this.#replay = undefined;
      this.#lastWorkerId = toWorkerId;
    }
    if (this.state !== 'starting' || !publisherPresent) return;
    this.move('confirmed');
    const startupMs = this.#options.clock.now() - this.#createdAtMs;
    this.#options.emit('encoder.broadcast.live', { ...this.#about, startupMs: Math.round(startupMs) });
    const { input } = this.#input();
    if (!input) return;
    const { width, height, frameRate, bitrateBps } = input;
    this.#story.tell('stream.live', {
      workerId: this.#story.record.workerId,
      startupMs,
      width,
      height,
      frameRate,
      bitrateBps,
      renditions: this.#renditionList(),
    });
  }

  // The end

  /** The broadcast is over, unless it has become another worker's meanwhile. */
  ended(reason: EndReason, renditions: readonly PublishedRendition[], recording: RecordingOutcome): void {
    const { durationMs } = recording;
    if (this.#isLost) return;
    this.#noteRenditions(renditions);
    this.#story.update({ state: 'ended', endedAtMs: this.#options.clock.wall(), endReason: reason });
    this.#story.tell('stream.ended', { reason, durationMs });
    this.#recordingMade(recording, whyIncomplete(recording, reason, this.#isEncoderStuck));
    this.#options.emit('encoder.broadcast.ended', { ...this.#about, reason, durationMs });
  }

  #recordingMade({ durationMs, lostSegments, fault }: RecordingOutcome, detail: string | undefined): void {
    const made = { durationMs, renditions: this.#renditionList() };
    if (detail === undefined) {
      if (durationMs > 0) this.#story.tell('recording.ready', made);
      return;
    }
    const lostMs = lostSegments * segmentMs;
    this.#story.tell('recording.incomplete', { ...made, lostMs, closed: !fault, detail });
    this.#options.emit('encoder.recording.incomplete', { ...this.#about, detail, lostSegments, ...fault });
  }

  /** Left open for another worker to go on with. */
  leftOpen({ lostSegments, fault }: RecordingOutcome): void {
    this.move('publisher-lost');
    if (fault) this.#options.emit('encoder.handover.incomplete', { ...this.#about, lostSegments, ...fault });
  }

  leaseUnreleased(epoch: number, cause: unknown): void {
    this.#options.emit('encoder.lease.unreleased', { ...this.#about, epoch, cause });
  }

  leaseLost(epoch: number): void {
    this.#isLost = true;
    this.#options.emit('encoder.lease.lost', { ...this.#about, epoch });
    this.#story.silence();
  }

  /** Resolves when the control store knows all of it, or after `withinMs`. */
  async settled(withinMs: number): Promise<void> {
    const untold = await this.#story.settled(withinMs);
    if (untold.events > 0 || untold.record) {
      this.#options.emit('encoder.story.incomplete', { ...this.#about, ...untold });
    }
  }

  /** A publisher whose own media comes late is no fault of ours. */
  #noteLateness({ number, segments, lateMs, leadMs }: Arrival): void {
    const publisherLateMs = Math.max(0, -leadMs);
    if (lateMs - publisherLateMs <= lateAfterMs) return;
    this.#options.emit('encoder.segment.late', {
      ...this.#about,
      number,
      segments,
      lateMs: Math.round(lateMs),
      publisherLateMs: Math.round(publisherLateMs),
    });
  }

  #noteRenditions(current: readonly PublishedRendition[]): void {
    const known = this.#story.record.renditions;
    const isKnown = ({ id, header }: PublishedRendition, at: number): boolean =>
      known[at]?.id === id && known[at].codecs === header.codecs;
    if (known.length === current.length && current.every(isKnown)) return;
    this.#story.update({ ...this.#input(), renditions: renditionFacts(current) });
  }

  #input(): Pick<BroadcastRecord, 'input'> {
    if (!this.#format) return {};
    return { input: inputFacts(this.#format, this.#options.bitrateBps(), this.#encoderName) };
  }

  #renditionList(): string {
    return listRenditions(this.#story.record.renditions.map(({ id }) => id));
  }
}

/** A publisher's absence. */
interface Absence {
  readonly awayMs: number;
  readonly shown: ShownMeanwhile;
}

/** What a proxy sends again. */
export interface Replay {
  readonly cause: RehomeCause;
  /** Media that the proxy no longer had; undefined where that is not known. */
  readonly lostMs: number | undefined;
}

interface OriginTrouble {
  readonly cause: unknown;
  readonly full: boolean;
  readonly queuedSegments: number;
}

/** How segments came to the origin. */
interface Arrival {
  /** The newest one's. */
  readonly number: number;
  readonly segments: number;
  /** After players came to rely on the newest one. */
  readonly lateMs: number;
  /** How far media is ahead of the clock; negative where the publisher is behind. */
  readonly leadMs: number;
  /** How much media the proxy had sent again at once. */
  readonly replayedMs: number;
}

interface PublishedRendition {
  readonly id: string;
  readonly header: TrackHeader;
}

function firstRecord(lease: LeaseRecord, startedAtMs: number, last?: BroadcastRecord): BroadcastRecord {
  const { streamId, broadcastId: id, workerId, epoch } = lease;
  if (last) return { ...last, state: 'reconnecting', workerId, epoch };
  return { id, streamId, state: 'starting', startedAtMs, workerId, epoch, renditions: [] };
}
