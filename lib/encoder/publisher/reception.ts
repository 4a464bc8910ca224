import type { EndReason, LeaseRecord } from '../../control-store/records.ts';
import { segmentStartMs } from '../../packaging/segment-grid.ts';
import { type JournaledRefusalReason, type Refusal, refusalStatus } from '../../protocol/refusals.ts';
import type { LinkFrame } from '../../protocol/relay/link-frames.ts';
import type { BroadcastContext } from '../broadcast-context.ts';
import type { Part } from '../encoding/policy/segmenting/part.ts';
import type { InputFormat } from '../policy/input-format.ts';
import { type Replay, ReplayProgress, replayOf } from '../policy/replay.ts';
import type { StreamTag } from '../policy/stream-tag.ts';
import type { UnfinishedBroadcast } from '../publication/recover-publication.ts';
import type { BroadcastReport } from '../report/broadcast-report.ts';
import type { MeasuredStep } from '../report/policy/health/step-meter.ts';
import { throttleInput } from './input-throttle.ts';
import { Intake } from './intake.ts';
import { PartsThrough, partEndsIn } from './policy/parts-through.ts';
import type { ShownTracks } from './policy/probe/picture-wait.ts';
import { ThroughMarks } from './policy/published-through.ts';
import { isWindowOver } from './policy/reconnect-window.ts';
import { SessionStart } from './policy/session-start.ts';
import { type PublishSession, unreadable } from './publish-session.ts';
import { PublisherSeat } from './publisher-seat.ts';
import { SlateMaker } from './slate-maker.ts';
import { StreamClock } from './stream-clock.ts';

export interface ReceptionOptions extends Pick<BroadcastContext, 'clock' | 'startEncoder'> {
  readonly lease: LeaseRecord;
  readonly reconnectWindowMs: number;
  /** What another worker left behind of the broadcast. */
  readonly unfinished: UnfinishedBroadcast | undefined;
  /** Viewers see parts of this length. @default they see whole segments only */
  readonly partMs?: number | undefined;
  readonly report: BroadcastReport;
  readonly owner: ReceptionOwner;
}

/** The surrounding broadcast, which receives the media. */
export interface ReceptionOwner {
  /** Unix time of stream time 0; undefined until something is published. */
  readonly startedAtMs: number | undefined;
  /** Viewers can play it. */
  readonly started: boolean;
  /** Input that ffmpeg hasn't read yet. */
  readonly backlogBytes: number;
  /** Sets the first segment to make: media before it only primes the decoder. */
  beginAt(number: number): void;
  /** Further key frames for whoever has parts of what is made again, at these stream times; instead of those of the last call. */
  keyFramesAt(streamMs: readonly number[]): void;
  /** The tags that follow have this format. */
  format(format: InputFormat): void;
  tag(tag: StreamTag): void;
  batchEnded(): void;
  /** The publisher disconnected and may return. */
  lost(detail: string): void;
  /** Publishing has ended. */
  ended(reason: EndReason): void;
  /** Something failed that no message of the publisher is known to have caused. Must not throw. */
  faulted(cause: unknown): void;
}

/**
 * The receiving half of a broadcast: who publishes, where its media falls in stream time, what fills its absence, and what
 * its proxy is sent. Publish sessions take the seat one after another.
 */
export class Reception {
  readonly #options: ReceptionOptions;
  readonly #report: BroadcastReport;
  readonly #owner: ReceptionOwner;
  readonly #seat: PublisherSeat;
  readonly #intake: Intake;
  readonly #slates: SlateMaker;
  readonly #time: StreamClock;
  readonly #marks = new ThroughMarks();
  readonly #sessionStart = new SessionStart();
  readonly #replayProgress = new ReplayProgress();
  readonly #parts: PartsThrough | undefined;

  constructor(options: ReceptionOptions) {
    const { clock, lease, owner, partMs, report, startEncoder, unfinished } = options;
    this.#options = options;
    this.#parts = partMs === undefined ? undefined : new PartsThrough();
    this.#report = report;
    this.#owner = owner;
    this.#time = new StreamClock(clock, segmentStartMs(unfinished?.published.nextNumber ?? 0));
    this.#seat = this.#makeSeat(lease);
    this.#intake = this.#makeIntake();
    this.#slates = new SlateMaker(startEncoder, {
      made: (slate) => this.#intake.slate(slate),
      failed: (cause) => report.encoding.slateFailed(cause),
      faulted: (cause) => owner.faulted(cause),
    });
  }

  /** Current stream time by the clock. */
  get nowMs(): number {
    return this.#time.nowMs;
  }

  /** How far media is ahead of the clock. */
  get leadMs(): number {
    return this.#time.running ? this.#intake.timeline.reachedMs(this.#time.nowMs) - this.#time.nowMs : 0;
  }

  /** How much media of the newest session its proxy has replayed. */
  get replayedMs(): number {
    return this.#replayProgress.replayedMs;
  }

  /** Current input bitrate. */
  get bitrateBps(): number {
    return this.#intake.meter.read(this.#time.nowMs).bitrateBps;
  }

  /** What the publisher sent since this was last called; undefined if nothing of its session came. */
  takeStep(): MeasuredStep | undefined {
    return this.#intake.steps.take(this.#time.nowMs);
  }

  /** A publisher is sending. */
  get isPresent(): boolean {
    return this.#seat.awayMs === undefined;
  }

  /** Resolves to true if the session may publish, false if another publisher is alive. */
  attach(session: PublishSession): Promise<boolean> {
    return this.#seat.attach(session);
  }

  /** Sends a frame to the current session's proxy. Returns false if there is no session. */
  send(frame: LinkFrame): boolean {
    this.#seat.session?.send(frame);
    return this.#seat.session !== undefined;
  }

  /** Segments up to this one are published: another worker would begin after it, so the proxy may drop their media. */
  published(number: number): void {
    const nextMs = segmentStartMs(number + 1);
    const sessionStartMs = this.#sessionStart.at(nextMs);
    if (sessionStartMs !== undefined) this.#report.publisher.sessionStartsAt(sessionStartMs);
    const through = this.#marks.publishedThrough(nextMs);
    if (through !== undefined) this.send({ type: 'published-through', timestampMs: through });
  }

  /** A part is about to become visible: call before it does. */
  partReady(rendition: string, { nextMs }: Pick<Part, 'nextMs'>): void {
    const keyFramesAtMs = nextMs === undefined ? undefined : this.#parts?.part(rendition, nextMs);
    if (keyFramesAtMs === undefined) return;
    this.#owner.keyFramesAt(keyFramesAtMs);
    this.#sendNew({ type: 'parts-through', keyFramesAtMs });
  }

  /** Tells the publisher's proxy, which finds out by it when the lease expires. */
  leaseRenewed(version: number): void {
    this.#sendNew({ type: 'lease-renewed', version });
  }

  /** Call ten times a second. */
  tick(): void {
    this.#seat.tick();
    const { awayMs } = this.#seat;
    const { started } = this.#owner;
    if (isWindowOver({ awayMs, windowMs: this.#options.reconnectWindowMs, started })) {
      this.#owner.ended('reconnect-window-over');
    }
  }

  /** Fills any gap up to now. Call after `tick`, while the broadcast is running. */
  fill(): void {
    if (this.#time.running) this.#intake.tick(this.#time.nowMs, this.isPresent || this.#seat.mayResume);
  }

  /** Pauses reading from a publisher that is too far ahead of the clock or of ffmpeg. */
  throttle(): void {
    const { leadMs } = this;
    const { backlogBytes } = this.#owner;
    if (throttleInput(this.#seat, leadMs, backlogBytes))
      this.#report.publisher.inputThrottled(leadMs, backlogBytes);
  }

  /** What the publisher sent could not be handled later on. Returns false if there is no publisher. */
  faulted(cause: unknown): boolean {
    const { session } = this.#seat;
    session?.faulted(cause);
    return session !== undefined;
  }

  /** Hands the publisher to another worker: its proxy takes it there. */
  vacate(): void {
    this.#seat.vacate();
  }

  /** The publisher's media is complete. */
  complete(): void {
    this.#intake.end();
  }

  /** Stops input for good. */
  stop(reason: string): void {
    // The publisher must be told, whatever else fails.
    this.#seat.close(reason);
    this.#slates.stop();
  }

  /** Not to a proxy of an earlier release, for which an unknown frame breaks the link. */
  #sendNew(frame: LinkFrame): void {
    if (this.#seat.session?.hello.dropsUnknownFrames) this.send(frame);
  }

  #makeSeat(lease: LeaseRecord): PublisherSeat {
    const { owner, report } = this.#options;
    return new PublisherSeat(this.#options.clock, lease, {
      taken: (session) => this.#taken(session),
      resumed: () => this.#resumed(),
      media: (type, timestampMs, payload, sessionMs) => {
        this.#replayProgress.mediaArrived();
        this.#intake.push({ type, timestampMs, payload, nowMs: this.#time.nowMs, sessionMs });
        this.#startTime();
        this.#keepUpWithReplay();
      },
      tracksIgnored: (type) => report.publisher.tracksIgnored(type),
      skipped: (cause) => report.publisher.messageSkipped(cause),
      unusable: (cause) => this.#unusable(unreadable(cause)),
      metadata: ({ frameRate, encoder, announced }) => {
        if (frameRate !== undefined) this.#intake.claimFrameRate(frameRate);
        this.#intake.announce(announced);
        if (encoder !== undefined) report.publisher.encoderNamed(encoder);
      },
      batchEnded: () => {
        owner.batchEnded();
        this.throttle();
      },
      unpublished: () => owner.ended('publisher-ended'),
      lost: (detail) => owner.lost(detail),
      returned: (awayMs) => this.#publisherReturned(awayMs),
    });
  }

  /** Sound that waited for a picture in vain has been flowing for a while when stream time starts. */
  #startTime(): void {
    if (!this.#intake.begun || this.#time.running) return;
    this.#time.start();
    this.#intake.steps.clockMoved(this.#time.keepUpWith(this.#intake.timeline.endMs));
  }

  /**
   * Media that a proxy replays had been waiting there; it doesn't mean that the publisher is ahead. Without this, the clock,
   * which started at the first replayed tag, would stay behind for good and filler would come late by the same amount.
   */
  #keepUpWithReplay(): void {
    if (!this.#replayProgress.isReplaying(this.#options.clock.nowMs())) return;
    const { timeline } = this.#intake;
    const movedMs = this.#time.keepUpWith(timeline.reachedMs(this.#time.nowMs));
    this.#intake.clockMoved(movedMs);
    this.#replayProgress.replayed(movedMs);
  }

  #publisherReturned(awayMs: number): void {
    const { publisher } = this.#report;
    const { replay, gapMs } = this.#replayProgress.returned();
    if (!this.#owner.started) publisher.returnedAtStart();
    else if (replay) publisher.replayed(replay);
    else if (gapMs !== undefined) publisher.returned({ awayMs: gapMs, shown: 'nothing' });
    else publisher.returned({ awayMs, shown: this.#intake.shown });
  }

  /** Returns false if filler has already replaced the missing media: then this is treated as a new session. */
  #resumed(): boolean {
    if (this.#intake.shown === 'slate') return false;
    this.#replayProgress.resumed();
    return true;
  }

  #taken(session: PublishSession): void {
    const { clock, reconnectWindowMs, unfinished } = this.#options;
    const { startedAtMs } = this.#owner;
    const { publisher } = this.#report;
    const replayStartMs = publisher.replayStartMs(session);
    this.#marks.clear();
    this.#sessionStart.clear();
    this.#intake.beginSession();
    this.#replayProgress.taken(this.#replayOf(session, replayStartMs), clock.nowMs());
    if (replayStartMs !== undefined && this.#time.startBefore(replayStartMs)) {
      this.#intake.timeline.startAt(replayStartMs);
      // Segments in the origin that no playlist names hold the same media; only their missing renditions are made.
      this.#owner.beginAt(unfinished?.published.nextListed ?? 0);
    }
    this.#continueParts(session);
    publisher.taken(session, startedAtMs === undefined);
    if (startedAtMs !== undefined && session.hello.replayFromMs === undefined && !this.#time.running) {
      this.#replayProgress.gap(this.#time.catchUp(startedAtMs, reconnectWindowMs));
    }
  }

  /** Players may have parts of what is made again now. */
  #continueParts({ hello }: PublishSession): void {
    const { owner, partMs, unfinished } = this.#options;
    if (!this.#parts || partMs === undefined || !unfinished || this.#time.running) return;
    const { keyFramesAtMs: told, movesFrom } = hello;
    const startMs = segmentStartMs(unfinished.published.nextListed);
    // Whoever hands over goes on after the hello was sent.
    const isKnown = told !== undefined && movesFrom === undefined;
    const timesMs = new Set([...(told ?? []), ...(isKnown ? [] : partEndsIn(startMs, partMs))]);
    owner.keyFramesAt(this.#parts.continue([...timesMs].filter((ms) => ms > startMs)));
  }

  /** Call before stream time starts running for this session. */
  #replayOf({ hello }: PublishSession, replayStartMs: number | undefined): Replay | undefined {
    if (hello.replayFromMs === undefined) return undefined;
    const { running, startMs } = this.#time;
    const { unfinished } = this.#options;
    const left = running || !unfinished ? undefined : { startMs, handedOver: unfinished.handedOver === true };
    return replayOf(left, replayStartMs);
  }

  #makeIntake(): Intake {
    const { owner, report } = this.#options;
    return new Intake(
      {
        format: (format) => {
          report.publisher.formatFound(format);
          owner.format(format);
        },
        tag: (tag, sessionMs) => {
          if (sessionMs !== undefined) {
            this.#marks.add(tag.streamMs, sessionMs);
            const isFirst = this.#sessionStart.add(tag, sessionMs);
            if (isFirst) report.publisher.sessionStartsAt(tag.streamMs - sessionMs);
          }
          owner.tag(tag);
        },
        slateWanted: (videoHeader) => this.#slates.make(videoHeader),
        keyframeAwaited: () => {
          report.publisher.keyframeAwaited();
          // Proxies of the last release know no level between this and an error.
          this.send({
            type: 'status',
            level: 'status',
            code: 'NetStream.Publish.KeyFrameAwaited',
            description: 'Waiting for a key frame. Set the key frame interval of your encoder to 2 s.',
          });
        },
        unusable: (refusal) => this.#unusable(refusal),
      },
      this.#time.startMs,
      shownTracks(this.#options.unfinished),
      this.#options.partMs,
    );
  }

  #unusable(refusal: Refusal<JournaledRefusalReason>): void {
    const { session } = this.#seat;
    this.#report.publisher.inputUnusable(refusal, session);
    const status = refusalStatus(refusal);
    const { description } = status;
    this.send({ type: 'status', ...status });
    if (this.#owner.started) this.#seat.dismiss(description);
    else {
      this.#seat.close(description);
      this.#owner.ended('input-unusable');
    }
  }
}

/** What another worker has shown of the broadcast. */
function shownTracks(unfinished: UnfinishedBroadcast | undefined): ShownTracks {
  if (!unfinished) return 'nothing';
  const hasPictures = unfinished.published.renditions.some(({ header }) => header.kind === 'video');
  return hasPictures ? 'pictures' : 'sound-alone';
}
