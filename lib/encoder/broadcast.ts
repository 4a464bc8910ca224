import type { BroadcastState, EndReason, LeaseRecord } from '../control/policy/records.ts';
import type { BroadcastId, StreamId } from '../routing/ids.ts';
import { BroadcastOutput } from './broadcast-output.ts';
import { BroadcastReport, type Replay } from './broadcast-report.ts';
import type { BroadcastSetting } from './broadcast-setting.ts';
import { Encoding } from './encoding.ts';
import { throttleInput } from './input-throttle.ts';
import { Intake } from './intake.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { drainLimits } from './policy/drain-limits.ts';
import { segmentStartMs } from './policy/grid.ts';
import { isWindowOver } from './policy/reconnect-window.ts';
import type { RestoredPublication } from './policy/restore.ts';
import { ThroughMarks } from './policy/through-marks.ts';
import type { PublishSession } from './publish-session.ts';
import { PublisherSeat } from './publisher-seat.ts';
import type { Unfinished } from './remains.ts';
import { SlateMaker } from './slate-maker.ts';
import { StreamClock } from './stream-clock.ts';

const tickMs = 100;
/** A proxy sends a replay as fast as the link takes it. */
const replayWithinMs = 5000;

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
  readonly #slates: SlateMaker;
  readonly #encoding: Encoding;
  readonly #output: BroadcastOutput;
  readonly #time: StreamClock;
  readonly #unfinished?: Unfinished;
  readonly #marks = new ThroughMarks();
  readonly #reconnectWindowMs: number;
  #timer?: NodeJS.Timeout;
  #resolveEnded!: () => void;
  #ending = false;
  /** Set while this worker drains: the publisher is gone, or the broadcast has come to another end. */
  #moved?: () => void;
  /** What the proxy of the session in the seat is about to send again, and why. */
  #replay?: Replay;
  /** Until then (monotonic) what a proxy sends again may be on its way, and how much of it has come. */
  #replayUntilMs = Number.NEGATIVE_INFINITY;
  #replayedMs = 0;
  /** Stream time that no worker made, before the publisher that is there now came back. */
  #gapMs?: number;

  /** With `unfinished`, it goes on where that ended. */
  constructor(
    setting: BroadcastSetting,
    keeper: LeaseKeeper,
    reconnectWindowMs: number,
    unfinished?: Unfinished,
  ) {
    const { clock, store, emit } = setting;
    const { lease } = keeper;
    this.#setting = setting;
    this.#keeper = keeper;
    this.streamId = lease.streamId;
    this.id = lease.broadcastId;
    this.#reconnectWindowMs = reconnectWindowMs;
    if (unfinished) this.#unfinished = unfinished;
    this.#time = new StreamClock(clock, segmentStartMs(unfinished?.published.nextNumber ?? 0));
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#seat = this.#makeSeat(lease);
    this.#intake = this.#makeIntake();
    this.#slates = new SlateMaker(setting.startEncoder, {
      made: (slate) => this.#intake.slate(slate),
      failed: (cause) => this.#report.slateFailed(cause),
    });
    this.#encoding = this.#makeEncoding();
    this.#output = this.#makeOutput(lease.epoch, unfinished?.published);
    const bitrateBps = (): number => this.#intake.meter.read(this.#time.nowMs).bitrateBps;
    const mayWrite = (): Promise<boolean> => keeper.mayWrite();
    this.#report = new BroadcastReport(
      lease,
      { store, clock, emit, mayWrite, bitrateBps },
      unfinished?.record,
    );
    this.#timer = setInterval(() => this.#tick(), tickMs);
    keeper.listen({
      lost: () => this.#leaseLost(),
      // Who asked for it has told so.
      endRequested: () => this.end('ended-by-api'),
    });
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

  /** Hands it over once the publisher's proxy has moved it to another worker, or found none that has room for long. */
  async drain(): Promise<void> {
    const { session, awayMs } = this.#seat;
    if (session && awayMs === undefined && !this.#ending) {
      session.send({ type: 'draining' });
      await new Promise<void>((moved) => {
        const timer = setTimeout(moved, drainLimits.publishersMs);
        this.#moved = () => {
          clearTimeout(timer);
          moved();
        };
      });
    }
    await this.handOver();
  }

  /** The control store, which could not be used for so long, can be used again. */
  controlRecovered(downMs: number): void {
    if (!this.#ending) this.#report.controlRecovered(downMs);
  }

  /** Ends the broadcast: everything that was taken is published, then the recording closed. Once. */
  end(reason: EndReason): void {
    if (this.#ending) return;
    this.#stop(reason);
    void this.#finish(reason);
  }

  /** Leaves it open for another worker to go on with: whole segments are published, the lease is let go. */
  async handOver(): Promise<void> {
    if (this.#ending) return this.ended;
    this.#seat.vacate();
    this.#stop('draining');
    await this.#encoding.end({ wholeSegmentsOnly: true });
    this.#report.leftOpen(await this.#output.leaveOpen());
    await this.#letGo();
  }

  #makeSeat(lease: LeaseRecord): PublisherSeat {
    return new PublisherSeat(this.#setting.clock, lease, {
      taken: (session) => this.#taken(session),
      media: (type, timestampMs, payload, sessionMs) => {
        // From now on an absence is the publisher's own.
        this.#replay = undefined;
        this.#intake.push({ type, timestampMs, payload, nowMs: this.#time.nowMs, sessionMs });
        if (this.#intake.begun) this.#time.start();
        this.#keepUpWithReplay();
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
        if (this.#moved) this.#moved();
        else if (this.#reconnectWindowMs === 0) this.end('reconnect-window-over');
        else this.#report.publisherLost(this.#reconnectWindowMs, detail);
      },
      back: (awayMs) => this.#publisherBack(awayMs),
    });
  }

  /**
   * What a proxy sends again lay with it meanwhile: it is no lead of the publisher. The clock, which began with the first of
   * it, would stay behind for good otherwise, and filler come too late by as much.
   */
  #keepUpWithReplay(): void {
    if (this.#setting.clock.now() > this.#replayUntilMs) return;
    this.#replayedMs += this.#time.keepUpWith(this.#intake.timeline.endMs);
  }

  #publisherBack(awayMs: number): void {
    const gapMs = this.#gapMs;
    this.#gapMs = undefined;
    if (!this.#output.started) this.#report.move('publisher-back', 'starting');
    else if (this.#replay) this.#report.publisherReplayed(this.#replay);
    else if (gapMs !== undefined) this.#report.publisherBack({ awayMs: gapMs, shown: 'nothing' });
    else this.#report.publisherBack({ awayMs, shown: this.#intake.shown });
  }

  #taken(session: PublishSession): void {
    const { startedAtMs } = this.#output;
    const replayStartMs = this.#report.replayStartMs(session);
    this.#marks.clear();
    this.#intake.beginSession();
    this.#replay = session.hello.replayFromMs === undefined ? undefined : this.#replayOf(replayStartMs);
    this.#replayedMs = 0;
    this.#replayUntilMs = this.#replay
      ? this.#setting.clock.now() + replayWithinMs
      : Number.NEGATIVE_INFINITY;
    if (replayStartMs !== undefined && this.#time.startBefore(replayStartMs)) {
      this.#intake.timeline.startAt(replayStartMs);
      // What lies in the origin unnamed is the same media: its renditions that are missing are made.
      this.#encoding.beginAt(this.#unfinished?.published.nextListed ?? 0);
    }
    this.#report.taken(session, startedAtMs === undefined);
    if (startedAtMs !== undefined && session.hello.replayFromMs === undefined && !this.#time.running) {
      this.#gapMs = this.#time.catchUp(startedAtMs, this.#reconnectWindowMs);
    }
  }

  /** Asked before stream time runs for this session. */
  #replayOf(replayStartMs: number | undefined): Replay {
    const { running, startMs } = this.#time;
    if (running || !this.#unfinished) return { cause: 'link-broken', lostMs: undefined };
    return {
      cause: this.#unfinished.handedOver ? 'handed-over' : 'worker-gone',
      lostMs: replayStartMs === undefined ? undefined : Math.max(0, replayStartMs - startMs),
    };
  }

  #makeIntake(): Intake {
    return new Intake(
      {
        format: (format) => {
          this.#report.formatFound(format);
          this.#encoding.format(format);
        },
        tag: (tag, sessionMs) => {
          if (sessionMs !== undefined) {
            this.#marks.add(tag.streamMs, sessionMs);
            if (tag.keyframe) this.#report.sessionStartsAt(tag.streamMs - sessionMs);
          }
          this.#encoding.feed(tag);
        },
        slateWanted: (videoHeader) => this.#slates.make(videoHeader),
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
    if (this.#output.started) this.#seat.dismiss(description);
    else {
      this.#seat.close(description);
      this.end('publisher-ended');
    }
  }

  #makeEncoding(): Encoding {
    return new Encoding(this.#setting, {
      group: (group, headers) => this.#output.add(group, headers, this.#time.nowMs),
      started: (run) => this.#report.encoderStarted(run),
      shed: (rendition, lagMs, left) => this.#report.ladderShed(rendition, lagMs, left),
      stuck: (withinMs) => this.#report.encoderStuck(withinMs),
      crashed: (run, exit) => this.#report.encoderCrashed(run, exit),
      failed: () => this.end('encoder-failed'),
    });
  }

  #makeOutput(epoch: number, restored: RestoredPublication | undefined): BroadcastOutput {
    const about = { streamId: this.streamId, broadcastId: this.id, epoch };
    return new BroadcastOutput(
      { ...this.#setting, ...about },
      {
        mayWrite: () => this.#keeper.mayWrite(),
        published: (number, segments) => this.#published(number, segments),
        trouble: (trouble) => this.#report.originTrouble(trouble),
        recovered: (recovery) => this.#report.originRecovered(recovery),
        superseded: () => this.#keeper.superseded(),
      },
      restored,
    );
  }

  #published(number: number, segments: number): void {
    const { session, awayMs } = this.#seat;
    const through = this.#marks.through(segmentStartMs(number + 1));
    if (through !== undefined) session?.send({ type: 'published-through', timestampMs: through });
    this.#report.published(this.#output.renditions, awayMs === undefined, {
      number,
      segments,
      lateMs: this.#output.lateMs(number),
      leadMs: this.#leadMs,
      replayedMs: this.#replayedMs,
    });
  }

  #tick(): void {
    this.#seat.tick();
    const { awayMs } = this.#seat;
    const { started } = this.#output;
    const windowMs = this.#reconnectWindowMs;
    if (isWindowOver({ awayMs, windowMs, started })) this.end('reconnect-window-over');
    if (this.#ending) return;
    if (this.#time.running) this.#intake.tick(this.#time.nowMs, awayMs === undefined);
    this.#encoding.tick();
    this.#encoding.flush();
    this.#throttle();
    if (started && awayMs === undefined) this.#report.refreshInput();
  }

  /** How far media is ahead of the clock. */
  get #leadMs(): number {
    return this.#time.running ? this.#intake.timeline.endMs - this.#time.nowMs : 0;
  }

  #throttle(): void {
    const leadMs = this.#leadMs;
    const { backlogBytes } = this.#encoding;
    if (throttleInput(this.#seat, leadMs, backlogBytes)) this.#report.inputThrottled(leadMs, backlogBytes);
  }

  /** Nothing more comes in. */
  #stop(reason: string): void {
    this.#ending = true;
    clearInterval(this.#timer);
    this.#moved?.();
    this.#slates.stop();
    this.#seat.close(reason);
  }

  async #finish(reason: EndReason): Promise<void> {
    await this.#encoding.end();
    const recording = await this.#output.close();
    this.#report.ended(reason, this.#output.renditions, recording);
    await this.#letGo();
  }

  async #letGo(): Promise<void> {
    await this.#report.settled(drainLimits.storyMs);
    await this.#keeper.release().catch((cause: unknown) => {
      this.#report.leaseUnreleased(this.#keeper.lease.epoch, cause);
    });
    this.#resolveEnded();
  }

  /** Another worker writes now: nothing more may leave this one. */
  #leaseLost(): void {
    this.#report.leaseLost(this.#keeper.lease.epoch);
    this.#output.stop();
    this.#encoding.kill();
    this.#keeper.stop();
    this.#stop('lease-lost');
    this.#resolveEnded();
  }
}
