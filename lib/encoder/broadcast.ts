import type {
  BroadcastRecord,
  BroadcastState,
  EndReason,
  InputFacts,
  LeaseRecord,
} from '../control/policy/records.ts';
import { listRenditions } from '../control/policy/stream-events.ts';
import type { BroadcastId, StreamId } from '../routing/ids.ts';
import type { BroadcastSetting } from './broadcast-setting.ts';
import { Encoding } from './encoding.ts';
import { Intake, type IntakeHandler } from './intake.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { type BroadcastTrigger, nextState } from './policy/broadcast-state.ts';
import { segmentMs, segmentStartMs } from './policy/grid.ts';
import type { InputFormat } from './policy/input-format.ts';
import { Publication } from './policy/publication.ts';
import type { RestoredPublication } from './policy/restore.ts';
import { ThroughMarks } from './policy/through-marks.ts';
import type { PublishSession } from './publish-session.ts';
import { PublisherSeat } from './publisher-seat.ts';
import { SegmentWriter } from './segment-writer.ts';
import { Story } from './story.ts';

/** How far a publisher may be ahead of the clock before its link is read no more, and when reading goes on. */
const maxLeadMs = 8000;
const resumeLeadMs = 6000;
const maxBacklogBytes = 16 * 1024 * 1024;
const tickMs = 100;
/** A broadcast that has published nothing waits at least this long for media. */
const firstMediaWithinMs = 10_000;
const factsEveryMs = 5000;
const finishWithinMs = 20_000;

/** What another worker, or this one before a restart, left of a broadcast. */
export interface Unfinished {
  readonly record: BroadcastRecord;
  readonly published: RestoredPublication;
}

/** One time on air, from the first publish to the end: sessions in, segments and playlists out, its story told. */
export class Broadcast {
  readonly streamId: StreamId;
  readonly id: BroadcastId;
  /** Resolves when nothing of it is left, the lease included. */
  readonly ended: Promise<void>;
  readonly #setting: BroadcastSetting;
  readonly #keeper: LeaseKeeper;
  readonly #story: Story;
  readonly #seat: PublisherSeat;
  readonly #intake: Intake;
  readonly #encoding: Encoding;
  readonly #marks = new ThroughMarks();
  readonly #reconnectWindowMs: number;
  readonly #createdAtMs: number;
  #publication?: Publication;
  #writer?: SegmentWriter;
  #timer?: NodeJS.Timeout;
  #resolveEnded!: () => void;
  /** Stream time that another worker has made. */
  readonly #startMs: number;
  /** Monotonic time of stream time 0; undefined before the first media. */
  #originMs?: number;
  #ending = false;
  #format?: InputFormat;
  #encoderName?: string;
  #lastFactsMs = 0;

  /** With `unfinished`, it goes on where that ended. */
  constructor(
    setting: BroadcastSetting,
    lease: LeaseRecord,
    reconnectWindowMs: number,
    unfinished?: Unfinished,
  ) {
    const { clock, store } = setting;
    this.#setting = setting;
    this.streamId = lease.streamId;
    this.id = lease.broadcastId;
    this.#reconnectWindowMs = reconnectWindowMs;
    this.#createdAtMs = clock.now();
    this.#startMs = unfinished ? segmentStartMs(unfinished.published.nextNumber) : 0;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#keeper = new LeaseKeeper(lease, store, clock, {
      lost: () => this.#leaseLost(),
      endRequested: () => {
        if (this.#ending) return;
        this.#story.tell('stream.end-requested', {});
        this.end('ended-by-api');
      },
      reachable: (isReachable, cause) => setting.reachable(isReachable, cause),
    });
    this.#story = new Story(this.#firstRecord(lease, unfinished?.record), store, clock);
    this.#seat = this.#makeSeat(lease);
    this.#intake = this.#makeIntake();
    this.#encoding = this.#makeEncoding();
    if (unfinished) this.#publish(unfinished.published);
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  get state(): BroadcastState {
    return this.#story.record.state;
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
    this.#ending = true;
    clearInterval(this.#timer);
    this.#seat.close(reason);
    void this.#finish(reason);
  }

  /**
   * Leaves the broadcast for another worker, or for this one after its restart, to go on with: whole segments are
   * published, the lease is let go.
   */
  async handOver(): Promise<void> {
    if (this.#ending) return this.ended;
    this.#ending = true;
    clearInterval(this.#timer);
    this.#seat.close('draining');
    await this.#encoding.end({ wholeSegmentsOnly: true });
    await this.#writer?.flush(finishWithinMs).catch(() => {});
    this.#move('publisher-lost');
    await this.#story.settled(2000);
    await this.#keeper.release().catch(() => {});
    this.#resolveEnded();
  }

  #firstRecord({ workerId, epoch }: LeaseRecord, last?: BroadcastRecord): BroadcastRecord {
    if (last) return { ...last, state: 'reconnecting', workerId, epoch };
    return {
      id: this.id,
      streamId: this.streamId,
      state: 'starting',
      startedAtMs: this.#setting.clock.wall(),
      workerId,
      epoch,
      renditions: [],
    };
  }

  #makeSeat(lease: LeaseRecord): PublisherSeat {
    return new PublisherSeat(this.#setting.clock, lease, {
      taken: (session) => this.#taken(session),
      media: (type, timestampMs, payload, sessionMs) => {
        this.#intake.push({ type, timestampMs, payload, nowMs: this.#now(), sessionMs });
        if (this.#intake.begun) this.#originMs ??= this.#setting.clock.now() - this.#startMs;
      },
      metadata: ({ frameRate, encoder }) => {
        if (frameRate !== undefined) this.#intake.claimFrameRate(frameRate);
        this.#encoderName = encoder ?? this.#encoderName;
      },
      batchEnded: () => {
        this.#encoding.flush();
        this.#throttle();
      },
      unpublished: () => this.end('publisher-ended'),
      lost: (detail) => {
        if (this.#reconnectWindowMs === 0) {
          this.end('reconnect-window-over');
          return;
        }
        this.#move('publisher-lost');
        this.#story.tell('stream.reconnecting', { windowMs: this.#reconnectWindowMs, detail });
      },
      back: (awayMs) => {
        if (!this.#publication?.started) this.#move('publisher-back', 'starting');
        else if (this.#move('publisher-back')) {
          this.#story.tell('stream.resumed', { workerId: this.#story.record.workerId, awayMs });
        }
      },
    });
  }

  #makeIntake(): Intake {
    const handler: IntakeHandler = {
      format: (format) => {
        this.#format = format;
        this.#encoding.format(format);
      },
      tag: (tag, sessionMs) => {
        if (sessionMs !== undefined) this.#marks.add(tag.streamMs, sessionMs);
        this.#encoding.feed(tag);
      },
      unusable: (reason) => this.#unusable(reason),
    };
    return new Intake(handler, this.#startMs);
  }

  #taken(session: PublishSession): void {
    const { proxyId, sessionId, publish, replayFromMs } = session.hello;
    this.#marks.clear();
    this.#intake.beginSession();
    this.#encoderName = publish.flashVer;
    this.#story.update({ proxyId, sessionId });
    if (!this.#publication) {
      this.#story.tell('broadcast.starting', { workerId: this.#story.record.workerId, proxyId });
    } else if (replayFromMs === undefined && this.#originMs === undefined) this.#catchUpWithClock();
  }

  /**
   * The publisher came back by itself after another worker was gone: the time between is a gap. A proxy that replays
   * brings that time's media, so then stream time goes on where it stopped.
   */
  #catchUpWithClock(): void {
    const { clock } = this.#setting;
    const sinceStartMs = clock.wall() - (this.#publication?.startedAtMs ?? clock.wall());
    const mostMs = this.#startMs + this.#reconnectWindowMs;
    const nowMs = Math.min(Math.max(sinceStartMs, this.#startMs), mostMs);
    this.#originMs = clock.now() - nowMs;
  }

  /** Stream time by the clock. */
  #now(): number {
    return this.#originMs === undefined ? this.#startMs : this.#setting.clock.now() - this.#originMs;
  }

  #tick(): void {
    const nowMs = this.#setting.clock.now();
    this.#seat.tick();
    const { awayMs } = this.#seat;
    const windowMs = this.#publication?.started
      ? this.#reconnectWindowMs
      : Math.max(this.#reconnectWindowMs, firstMediaWithinMs);
    if (awayMs !== undefined && awayMs > windowMs) {
      this.end('reconnect-window-over');
      return;
    }
    if (this.#ending) return;
    if (this.#originMs !== undefined) this.#intake.tick(this.#now(), this.#seat.session !== undefined);
    this.#encoding.tick();
    this.#encoding.flush();
    this.#throttle();
    if (nowMs - this.#lastFactsMs > factsEveryMs && this.#publication?.started && awayMs === undefined) {
      this.#lastFactsMs = nowMs;
      this.#story.update({ input: this.#inputFacts() });
    }
  }

  /** Faster than real time, or than ffmpeg works: the publisher's connection is left to fill up. */
  #throttle(): void {
    const leadMs = this.#originMs === undefined ? 0 : this.#intake.timeline.endMs - this.#now();
    const { backlogBytes } = this.#encoding;
    const { paused } = this.#seat;
    if (!paused && (leadMs > maxLeadMs || backlogBytes > maxBacklogBytes)) {
      this.#seat.pause();
      this.#setting.emit('encoder.input.throttled', {
        ...this.#about(),
        leadMs: Math.round(leadMs),
        backlogBytes,
      });
    } else if (paused && leadMs < resumeLeadMs && backlogBytes < maxBacklogBytes / 2) this.#seat.resume();
  }

  #unusable(reason: string): void {
    const { session } = this.#seat;
    this.#setting.emit('encoder.input.unusable', { ...this.#about(), reason });
    this.#story.tell('publish.refused', {
      reason: 'unsupported-codec',
      detail: reason,
      ...(session ? { client: session.hello.client.address } : {}),
    });
    const description = `Unsupported codec: ${reason}. Send H.264 video and AAC sound.`;
    session?.send({ type: 'status', level: 'error', code: 'NetStream.Publish.Rejected', description });
    if (this.#publication?.started) this.#seat.dismiss(description);
    else {
      this.#seat.close(description);
      this.end('publisher-ended');
    }
  }

  #makeEncoding(): Encoding {
    const { startEncoder, ffmpeg, ladder, clock, emit } = this.#setting;
    return new Encoding(
      { startEncoder, ffmpeg, ladder, clock },
      {
        group: (group, headers) => (this.#writer ?? this.#publish()).enqueue(group, headers),
        started: (run) =>
          emit('encoder.ffmpeg.started', {
            ...this.#about(),
            run: run.id,
            fromNumber: run.fromNumber,
            args: run.args.join(' '),
            ...(run.pid === undefined ? {} : { pid: run.pid }),
          }),
        shed: (rendition, lagMs, left) => {
          emit('encoder.ladder.shed', { ...this.#about(), rendition, lagMs });
          this.#story.tell('ladder.shed', { rendition, speed: speedOf(lagMs), left: listRenditions(left) });
        },
        crashed: (run, { code, signal, said }) => {
          emit('encoder.ffmpeg.crashed', { ...this.#about(), run: run.id, code, signal, said });
          const detail = signal ? `signal ${signal}` : `exit code ${code ?? 'unknown'}`;
          this.#story.tell('encoder.restarted', { detail, outageMs: run.lagMs });
        },
        failed: () => this.end('encoder-failed'),
      },
    );
  }

  /** The publication begins with the first segment: wall clock and stream time are tied together then. */
  #publish(restored?: RestoredPublication): SegmentWriter {
    const { clock, objects, region, utcTimingUrl, windowSegments, emit } = this.#setting;
    this.#publication = new Publication(
      {
        region,
        streamId: this.streamId,
        broadcastId: this.id,
        epoch: this.#keeper.lease.epoch,
        startedAtMs: restored?.startedAtMs ?? clock.wall() - this.#now(),
        windowSegments,
        utcTimingUrl,
      },
      restored,
    );
    this.#writer = new SegmentWriter(objects, this.#publication, clock, {
      mayWrite: () => this.#keeper.mayWrite(),
      published: (number) => this.#published(number),
      trouble: ({ cause, full, queuedSegments }) => {
        emit('encoder.origin.trouble', { ...this.#about(), full, queuedSegments, cause });
        const detail = full ? 'it has no room left' : 'it does not answer';
        this.#story.tell('origin.trouble', { detail, queuedMs: queuedSegments * segmentMs });
      },
      recovered: ({ downMs, lostSegments }) => {
        emit('encoder.origin.recovered', { ...this.#about(), downMs, lostSegments });
        this.#story.tell('origin.recovered', { downMs, lostMs: lostSegments * segmentMs });
      },
    });
    return this.#writer;
  }

  #published(number: number): void {
    const through = this.#marks.through(segmentStartMs(number + 1));
    if (through !== undefined) this.#seat.session?.send({ type: 'published-through', timestampMs: through });
    this.#noteRenditions();
    if (this.#story.record.state !== 'starting' || this.#seat.awayMs !== undefined) return;
    this.#move('confirmed');
    const input = this.#inputFacts();
    const { workerId, renditions } = this.#story.record;
    if (!input) return;
    this.#story.tell('stream.live', {
      workerId,
      startupMs: this.#setting.clock.now() - this.#createdAtMs,
      width: input.width,
      height: input.height,
      frameRate: input.frameRate,
      bitrateBps: input.bitrateBps,
      renditions: listRenditions(renditions.map(({ id }) => id)),
    });
  }

  #noteRenditions(): void {
    const current = this.#publication?.current ?? [];
    const known = this.#story.record.renditions;
    if (known.length === current.length && current.every(({ id }, at) => known[at]?.id === id)) return;
    const input = this.#inputFacts();
    this.#story.update({
      ...(input ? { input } : {}),
      renditions: current.map(({ id, header }) => ({
        id,
        codecs: header.codecs,
        bandwidthBps: header.bitrateBps,
        ...(header.kind === 'video'
          ? { width: header.width, height: header.height, frameRate: header.frameRate }
          : {}),
      })),
    });
  }

  #inputFacts(): InputFacts | undefined {
    const format = this.#format;
    if (!format) return undefined;
    const { bitrateBps } = this.#intake.meter.read(this.#now());
    const { width, height, frameRate } = format.video;
    return {
      videoCodec: format.videoCodec,
      ...(format.audioCodec ? { audioCodec: format.audioCodec } : {}),
      width,
      height,
      frameRate,
      bitrateBps,
      ...(this.#encoderName ? { encoder: this.#encoderName } : {}),
    };
  }

  /** Returns whether the state changed. */
  #move(trigger: BroadcastTrigger, instead?: BroadcastState): boolean {
    const to = instead ?? nextState(this.#story.record.state, trigger);
    if (!to || to === this.#story.record.state) return false;
    this.#story.update({ state: to });
    this.#setting.emit('encoder.broadcast.state', { ...this.#about(), state: to, trigger });
    return true;
  }

  async #finish(reason: EndReason): Promise<void> {
    const { clock, emit } = this.#setting;
    await this.#encoding.end();
    await this.#writer?.finish(finishWithinMs).catch(() => {});
    const endedAtMs = clock.wall();
    const durationMs = Math.round(this.#publication?.endMs ?? 0);
    this.#noteRenditions();
    this.#story.update({ state: 'ended', endedAtMs, endReason: reason });
    this.#story.tell('stream.ended', { reason, durationMs });
    const renditions = this.#story.record.renditions.map(({ id }) => id);
    if (durationMs > 0)
      this.#story.tell('recording.ready', { durationMs, renditions: listRenditions(renditions) });
    emit('encoder.broadcast.ended', { ...this.#about(), reason, durationMs });
    await this.#story.settled(2000);
    await this.#keeper.release().catch(() => {});
    this.#resolveEnded();
  }

  /** Another worker writes now: nothing more may leave this one. */
  #leaseLost(): void {
    const { emit } = this.#setting;
    emit('encoder.lease.lost', { ...this.#about(), epoch: this.#keeper.lease.epoch });
    this.#ending = true;
    clearInterval(this.#timer);
    this.#writer?.stop();
    this.#encoding.kill();
    this.#keeper.stop();
    this.#story.silence();
    this.#seat.close('lease-lost');
    this.#resolveEnded();
  }

  #about(): { stream: string; broadcast: string } {
    return { stream: this.streamId, broadcast: this.id };
  }
}

/** Of an ffmpeg that fell behind by `lagMs` while it was watched. */
const speedOf = (lagMs: number): number => Math.max(0.1, 1 - lagMs / 10_000);
