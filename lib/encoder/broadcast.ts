import type { BroadcastRecord, BroadcastState, EndReason, LeaseRecord } from '../control/policy/records.ts';
import type { BroadcastId, StreamId } from '../routing/ids.ts';
import { BroadcastReport } from './broadcast-report.ts';
import type { BroadcastSetting } from './broadcast-setting.ts';
import { Encoding } from './encoding.ts';
import { throttleInput } from './input-throttle.ts';
import { Intake } from './intake.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { segmentStartMs } from './policy/grid.ts';
import { Publication } from './policy/publication.ts';
import type { RestoredPublication } from './policy/restore.ts';
import { ThroughMarks } from './policy/through-marks.ts';
import type { PublishSession } from './publish-session.ts';
import { PublisherSeat } from './publisher-seat.ts';
import { SegmentWriter } from './segment-writer.ts';
import { StreamClock } from './stream-clock.ts';

const tickMs = 100;
/** A broadcast that has published nothing waits at least this long for media. */
const firstMediaWithinMs = 10_000;
const refreshInputEveryMs = 5000;
const finishWithinMs = 20_000;
const settleWithinMs = 2000;

/** What another worker, or this one before a restart, left of a broadcast. */
export interface Unfinished {
  readonly record: BroadcastRecord;
  readonly published: RestoredPublication;
}

/**
 * One time on air, from the first publish to the end. Publish sessions take the seat one after another; their media goes
 * through the intake to the encoding, its segments through the writer to the origin. What happens, the report tells.
 */
export class Broadcast {
  readonly streamId: StreamId;
  readonly id: BroadcastId;
  /** Resolves when nothing of it is left, the lease included. */
  readonly ended: Promise<void>;
  readonly #setting: BroadcastSetting;
  readonly #keeper: LeaseKeeper;
  readonly #report: BroadcastReport;
  readonly #seat: PublisherSeat;
  readonly #intake: Intake;
  readonly #encoding: Encoding;
  readonly #time: StreamClock;
  readonly #marks = new ThroughMarks();
  readonly #reconnectWindowMs: number;
  #publication?: Publication;
  #writer?: SegmentWriter;
  #timer?: NodeJS.Timeout;
  #resolveEnded!: () => void;
  #ending = false;
  #inputRefreshedMs = 0;

  /** With `unfinished`, it goes on where that ended. */
  constructor(
    setting: BroadcastSetting,
    lease: LeaseRecord,
    reconnectWindowMs: number,
    unfinished?: Unfinished,
  ) {
    const { clock, store, emit } = setting;
    this.#setting = setting;
    this.streamId = lease.streamId;
    this.id = lease.broadcastId;
    this.#reconnectWindowMs = reconnectWindowMs;
    this.#time = new StreamClock(clock, unfinished ? segmentStartMs(unfinished.published.nextNumber) : 0);
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#keeper = this.#makeKeeper(lease);
    this.#seat = this.#makeSeat(lease);
    this.#intake = this.#makeIntake();
    this.#encoding = this.#makeEncoding();
    const bitrateBps = (): number => this.#intake.meter.read(this.#time.nowMs).bitrateBps;
    this.#report = new BroadcastReport(lease, { store, clock, emit, bitrateBps }, unfinished?.record);
    if (unfinished) this.#publish(unfinished.published);
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  get state(): BroadcastState {
    return this.#report.state;
  }

  get ending(): boolean {
    return this.#ending;
  }

  /** A session wants to publish: true when it is accepted, false where another publisher is alive. */
  attach(session: PublishSession): Promise<boolean> {
    return this.#seat.attach(session);
  }

  /** Tells the publisher's proxy that this worker is about to stop. */
  drain(): void {
    this.#seat.session?.send({ type: 'draining' });
  }

  /** Ends the broadcast: everything that was taken is published, then the recording closed. Once. */
  end(reason: EndReason): void {
    if (this.#ending) return;
    this.#stop(reason);
    void this.#finish(reason);
  }

  /**
   * Leaves the broadcast for another worker, or for this one after its restart, to go on with: whole segments are
   * published, the lease is let go.
   */
  async handOver(): Promise<void> {
    if (this.#ending) return this.ended;
    this.#stop('draining');
    await this.#encoding.end({ wholeSegmentsOnly: true });
    await this.#writer?.flush(finishWithinMs).catch(() => {});
    this.#report.move('publisher-lost');
    await this.#letGo();
  }

  #makeKeeper(lease: LeaseRecord): LeaseKeeper {
    const { store, clock, reachable } = this.#setting;
    return new LeaseKeeper(lease, store, clock, {
      lost: () => this.#leaseLost(),
      endRequested: () => {
        if (this.#ending) return;
        this.#report.endRequested();
        this.end('ended-by-api');
      },
      reachable,
    });
  }

  #makeSeat(lease: LeaseRecord): PublisherSeat {
    return new PublisherSeat(this.#setting.clock, lease, {
      taken: (session) => this.#taken(session),
      media: (type, timestampMs, payload, sessionMs) => {
        this.#intake.push({ type, timestampMs, payload, nowMs: this.#time.nowMs, sessionMs });
        if (this.#intake.begun) this.#time.start();
      },
      metadata: ({ frameRate, encoder }) => {
        if (frameRate !== undefined) this.#intake.claimFrameRate(frameRate);
        if (encoder !== undefined) this.#report.encoderNamed(encoder);
      },
      batchEnded: () => {
        this.#encoding.flush();
        this.#throttle();
      },
      unpublished: () => this.end('publisher-ended'),
      lost: (detail) => {
        if (this.#reconnectWindowMs === 0) this.end('reconnect-window-over');
        else this.#report.publisherLost(this.#reconnectWindowMs, detail);
      },
      back: (awayMs) => {
        if (this.#publication?.started) this.#report.publisherBack(awayMs);
        else this.#report.move('publisher-back', 'starting');
      },
    });
  }

  #taken(session: PublishSession): void {
    const isFirst = this.#publication === undefined;
    this.#marks.clear();
    this.#intake.beginSession();
    this.#report.taken(session, isFirst);
    if (this.#publication && session.hello.replayFromMs === undefined && !this.#time.running) {
      this.#time.catchUp(this.#publication.startedAtMs, this.#reconnectWindowMs);
    }
  }

  #makeIntake(): Intake {
    return new Intake(
      {
        format: (format) => {
          this.#report.formatFound(format);
          this.#encoding.format(format);
        },
        tag: (tag, sessionMs) => {
          if (sessionMs !== undefined) this.#marks.add(tag.streamMs, sessionMs);
          this.#encoding.feed(tag);
        },
        unusable: (reason) => this.#unusable(reason),
      },
      this.#time.startMs,
    );
  }

  #unusable(reason: string): void {
    const { session } = this.#seat;
    this.#report.inputUnusable(reason, session);
    const description = `Unsupported codec: ${reason}. Send H.264 video and AAC sound.`;
    session?.send({ type: 'status', level: 'error', code: 'NetStream.Publish.Rejected', description });
    if (this.#publication?.started) this.#seat.dismiss(description);
    else {
      this.#seat.close(description);
      this.end('publisher-ended');
    }
  }

  #makeEncoding(): Encoding {
    const { startEncoder, ffmpeg, ladder, clock } = this.#setting;
    return new Encoding(
      { startEncoder, ffmpeg, ladder, clock },
      {
        group: (group, headers) => (this.#writer ?? this.#publish()).enqueue(group, headers),
        started: (run) => this.#report.encoderStarted(run),
        shed: (rendition, lagMs, left) => this.#report.ladderShed(rendition, lagMs, left),
        crashed: (run, exit) => this.#report.encoderCrashed(run, exit),
        failed: () => this.end('encoder-failed'),
      },
    );
  }

  /** The publication begins with the first segment: wall clock and stream time are tied together then. */
  #publish(restored?: RestoredPublication): SegmentWriter {
    const { clock, objects, region, utcTimingUrl, windowSegments } = this.#setting;
    this.#publication = new Publication(
      {
        region,
        streamId: this.streamId,
        broadcastId: this.id,
        epoch: this.#keeper.lease.epoch,
        startedAtMs: restored?.startedAtMs ?? clock.wall() - this.#time.nowMs,
        windowSegments,
        utcTimingUrl,
      },
      restored,
    );
    this.#writer = new SegmentWriter(objects, this.#publication, clock, {
      mayWrite: () => this.#keeper.mayWrite(),
      published: (number) => this.#published(number),
      trouble: (trouble) => this.#report.originTrouble(trouble),
      recovered: (recovery) => this.#report.originRecovered(recovery),
    });
    return this.#writer;
  }

  #published(number: number): void {
    const { session, awayMs } = this.#seat;
    const through = this.#marks.through(segmentStartMs(number + 1));
    if (through !== undefined) session?.send({ type: 'published-through', timestampMs: through });
    this.#report.published(this.#publication?.current ?? [], awayMs === undefined);
  }

  #tick(): void {
    this.#seat.tick();
    const { awayMs } = this.#seat;
    const isStarted = this.#publication?.started === true;
    const windowMs = isStarted
      ? this.#reconnectWindowMs
      : Math.max(this.#reconnectWindowMs, firstMediaWithinMs);
    if (awayMs !== undefined && awayMs > windowMs) this.end('reconnect-window-over');
    if (this.#ending) return;
    if (this.#time.running) this.#intake.tick(this.#time.nowMs, this.#seat.session !== undefined);
    this.#encoding.tick();
    this.#encoding.flush();
    this.#throttle();
    if (isStarted && awayMs === undefined) this.#refreshInput();
  }

  #throttle(): void {
    const leadMs = this.#time.running ? this.#intake.timeline.endMs - this.#time.nowMs : 0;
    const { backlogBytes } = this.#encoding;
    if (throttleInput(this.#seat, leadMs, backlogBytes)) this.#report.inputThrottled(leadMs, backlogBytes);
  }

  #refreshInput(): void {
    const nowMs = this.#setting.clock.now();
    if (nowMs - this.#inputRefreshedMs <= refreshInputEveryMs) return;
    this.#inputRefreshedMs = nowMs;
    this.#report.refreshInput();
  }

  /** Nothing more comes in. */
  #stop(reason: string): void {
    this.#ending = true;
    clearInterval(this.#timer);
    this.#seat.close(reason);
  }

  async #finish(reason: EndReason): Promise<void> {
    await this.#encoding.end();
    await this.#writer?.finish(finishWithinMs).catch(() => {});
    const durationMs = Math.round(this.#publication?.endMs ?? 0);
    this.#report.ended(reason, durationMs, this.#publication?.current ?? []);
    await this.#letGo();
  }

  async #letGo(): Promise<void> {
    await this.#report.settled(settleWithinMs);
    await this.#keeper.release().catch(() => {});
    this.#resolveEnded();
  }

  /** Another worker writes now: nothing more may leave this one. */
  #leaseLost(): void {
    this.#report.leaseLost(this.#keeper.lease.epoch);
    this.#writer?.stop();
    this.#encoding.kill();
    this.#keeper.stop();
    this.#stop('lease-lost');
    this.#resolveEnded();
  }
}
