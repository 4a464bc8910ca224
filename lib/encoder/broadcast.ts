import type { BroadcastState, EndReason, InputFacts, LeaseRecord } from '../control/policy/records.ts';
import { listRenditions } from '../control/policy/stream-events.ts';
import type { ObjectStore } from '../origin/ports.ts';
import type { BroadcastId, StreamId } from '../routing/ids.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { Encoding } from './encoding.ts';
import { Intake } from './intake.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { type BroadcastTrigger, nextState } from './policy/broadcast-state.ts';
import type { FfmpegBuild } from './policy/ffmpeg-version.ts';
import { segmentMs, segmentStartMs } from './policy/grid.ts';
import type { InputFormat } from './policy/input-format.ts';
import type { LadderConfig } from './policy/ladder.ts';
import { Publication } from './policy/publication.ts';
import { ThroughMarks } from './policy/through-marks.ts';
import type { Clock, EncoderStore, StartEncoder } from './ports.ts';
import type { PublishSession } from './publish-session.ts';
import { SegmentWriter } from './segment-writer.ts';
import { Story } from './story.ts';

/** What every broadcast of a worker shares. */
export interface BroadcastSetting {
  readonly store: EncoderStore;
  readonly objects: ObjectStore;
  readonly startEncoder: StartEncoder;
  readonly ffmpeg: FfmpegBuild;
  readonly ladder: LadderConfig;
  readonly region: string;
  readonly utcTimingUrl: string;
  readonly windowSegments: number;
  readonly clock: Clock;
  readonly emit: EmitEvent;
  /** The control store did not answer, or answers again. */
  reachable(isReachable: boolean, cause?: unknown): void;
}

/** A publisher that says nothing for this long is gone. */
const silentMs = 3000;
/** Media of an old session that comes so soon after a newcomer was on its way already; it shows no life. */
const inFlightMs = 500;
/** How far a publisher may be ahead of the clock before its link is read no more, and when reading goes on. */
const maxLeadMs = 8000;
const resumeLeadMs = 6000;
const maxBacklogBytes = 16 * 1024 * 1024;
const tickMs = 100;
const factsEveryMs = 5000;
const finishWithinMs = 20_000;

interface Contender {
  readonly session: PublishSession;
  readonly arrivedAtMs: number;
  readonly decide: (taken: boolean) => void;
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
  readonly #intake: Intake;
  readonly #encoding: Encoding;
  readonly #marks = new ThroughMarks();
  readonly #reconnectWindowMs: number;
  readonly #createdAtMs: number;
  #publication?: Publication;
  #writer?: SegmentWriter;
  #timer?: NodeJS.Timeout;
  #resolveEnded!: () => void;
  #session?: PublishSession;
  #contender?: Contender;
  /** Monotonic time of stream time 0; undefined before the first media. */
  #originMs?: number;
  #lastMediaAtMs: number;
  #lostAtMs?: number;
  #throttled = false;
  #ending = false;
  #format?: InputFormat;
  #encoderName?: string;
  #lastFactsMs = 0;

  constructor(setting: BroadcastSetting, lease: LeaseRecord, reconnectWindowMs: number) {
    const { clock, store } = setting;
    this.#setting = setting;
    this.streamId = lease.streamId;
    this.id = lease.broadcastId;
    this.#reconnectWindowMs = reconnectWindowMs;
    this.#createdAtMs = clock.now();
    this.#lastMediaAtMs = clock.now();
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
    const { workerId, epoch } = lease;
    this.#story = new Story(
      {
        id: this.id,
        streamId: this.streamId,
        state: 'starting',
        startedAtMs: clock.wall(),
        workerId,
        epoch,
        renditions: [],
      },
      store,
      clock,
    );
    this.#intake = new Intake({
      format: (format) => {
        this.#format = format;
        this.#encoding.format(format);
      },
      tag: (tag, sessionMs) => {
        if (sessionMs !== undefined) this.#marks.add(tag.streamMs, sessionMs);
        this.#encoding.feed(tag);
      },
      unusable: (reason) => this.#unusable(reason),
    });
    this.#encoding = this.#makeEncoding();
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  get state(): BroadcastState {
    return this.#story.record.state;
  }

  get ending(): boolean {
    return this.#ending;
  }

  /**
   * A session wants to publish. Resolves true when it is accepted, false where another publisher is alive: while the old
   * session is open but silent, the newcomer is kept waiting, at most 3 s.
   */
  attach(session: PublishSession): Promise<boolean> {
    if (this.#ending || this.#contender) return Promise.resolve(false);
    if (!this.#session) {
      this.#take(session);
      return Promise.resolve(true);
    }
    return new Promise((decide) => {
      this.#contender = { session, arrivedAtMs: this.#setting.clock.now(), decide };
      this.#judgeContender();
    });
  }

  /** Tells the publisher's proxy that this worker is about to stop. */
  drain(): void {
    this.#session?.send({ type: 'draining' });
  }

  /** Ends the broadcast: everything that was taken is published, then the recording closed. Once. */
  end(reason: EndReason): void {
    if (this.#ending) return;
    this.#ending = true;
    clearInterval(this.#timer);
    this.#contender?.decide(false);
    const session = this.#session;
    this.#session = undefined;
    session?.end(reason);
    void this.#finish(reason);
  }

  #take(session: PublishSession): void {
    const { proxyId, sessionId } = session.hello;
    this.#session = session;
    this.#marks.clear();
    this.#intake.beginSession();
    this.#lastMediaAtMs = this.#setting.clock.now();
    this.#throttled = false;
    this.#story.update({ proxyId, sessionId });
    if (!this.#publication) {
      this.#story.tell('broadcast.starting', { workerId: this.#story.record.workerId, proxyId });
    }
    session.accept(this.#keeper.lease, {
      media: (type, timestampMs, payload, sessionMs) => {
        if (session !== this.#session) return;
        this.#media();
        this.#intake.push({ type, timestampMs, payload, nowMs: this.#now(), sessionMs });
        if (this.#intake.begun) this.#originMs ??= this.#lastMediaAtMs;
      },
      metadata: ({ frameRate, encoder }) => {
        if (session !== this.#session) return;
        if (frameRate !== undefined) this.#intake.claimFrameRate(frameRate);
        this.#encoderName = encoder ?? session.hello.publish.flashVer;
      },
      batchEnded: () => {
        this.#encoding.flush();
        this.#throttle();
      },
      unpublished: () => {
        if (session === this.#session) this.end('publisher-ended');
      },
      closed: () => {
        if (session !== this.#session) return;
        this.#session = undefined;
        this.#lost('the connection broke');
        this.#judgeContender();
      },
    });
  }

  /** Stream time by the clock. */
  #now(): number {
    return this.#originMs === undefined ? 0 : this.#setting.clock.now() - this.#originMs;
  }

  #media(): void {
    const nowMs = this.#setting.clock.now();
    this.#lastMediaAtMs = nowMs;
    if (this.#lostAtMs === undefined) return;
    const awayMs = nowMs - this.#lostAtMs;
    this.#lostAtMs = undefined;
    if (!this.#publication?.started) this.#move('publisher-back', 'starting');
    else if (this.#move('publisher-back')) {
      this.#story.tell('stream.resumed', { workerId: this.#story.record.workerId, awayMs });
    }
  }

  #lost(detail: string): void {
    if (this.#ending || this.#lostAtMs !== undefined) return;
    this.#lostAtMs = this.#setting.clock.now();
    if (this.#reconnectWindowMs === 0) {
      this.end('reconnect-window-over');
      return;
    }
    this.#move('publisher-lost');
    this.#story.tell('stream.reconnecting', { windowMs: this.#reconnectWindowMs, detail });
  }

  #tick(): void {
    const nowMs = this.#setting.clock.now();
    this.#judgeContender();
    if (this.#session && nowMs - this.#lastMediaAtMs > silentMs && !this.#throttled) {
      this.#lost('it is connected but sends nothing');
    }
    if (this.#lostAtMs !== undefined && nowMs - this.#lostAtMs > this.#reconnectWindowMs) {
      this.end('reconnect-window-over');
      return;
    }
    if (this.#originMs !== undefined) this.#intake.tick(this.#now(), this.#session !== undefined);
    this.#encoding.tick();
    this.#encoding.flush();
    this.#throttle();
    if (
      nowMs - this.#lastFactsMs > factsEveryMs &&
      this.#publication?.started &&
      this.#lostAtMs === undefined
    ) {
      this.#lastFactsMs = nowMs;
      this.#story.update({ input: this.#inputFacts() });
    }
  }

  /** Faster than real time, or than ffmpeg works: the publisher's connection is left to fill up. */
  #throttle(): void {
    const leadMs = this.#originMs === undefined ? 0 : this.#intake.timeline.endMs - this.#now();
    const { backlogBytes } = this.#encoding;
    if (!this.#throttled && (leadMs > maxLeadMs || backlogBytes > maxBacklogBytes)) {
      this.#throttled = true;
      this.#session?.pause();
      this.#setting.emit('encoder.input.throttled', {
        ...this.#about(),
        leadMs: Math.round(leadMs),
        backlogBytes,
      });
    } else if (this.#throttled && leadMs < resumeLeadMs && backlogBytes < maxBacklogBytes / 2) {
      this.#throttled = false;
      this.#lastMediaAtMs = this.#setting.clock.now();
      this.#session?.resume();
    }
  }

  #judgeContender(): void {
    const contender = this.#contender;
    if (!contender) return;
    const taken = this.#session === undefined || this.#setting.clock.now() - this.#lastMediaAtMs > silentMs;
    const isBusy = this.#session !== undefined && this.#lastMediaAtMs > contender.arrivedAtMs + inFlightMs;
    if (contender.session.closed) this.#contender = undefined;
    else if (isBusy || taken) {
      this.#contender = undefined;
      if (isBusy) {
        contender.decide(false);
        return;
      }
      const old = this.#session;
      this.#session = undefined;
      old?.end('Another broadcaster took over after this one had been silent.');
      this.#take(contender.session);
      contender.decide(true);
    } else return;
    if (contender.session.closed) contender.decide(false);
  }

  #unusable(reason: string): void {
    const session = this.#session;
    const { emit } = this.#setting;
    emit('encoder.input.unusable', { ...this.#about(), reason });
    this.#story.tell('publish.refused', {
      reason: 'unsupported-codec',
      detail: reason,
      ...(session ? { client: session.hello.client.address } : {}),
    });
    const description = `Unsupported codec: ${reason}. Send H.264 video and AAC sound.`;
    session?.send({ type: 'status', level: 'error', code: 'NetStream.Publish.Rejected', description });
    if (!this.#publication?.started) {
      this.#session = undefined;
      session?.end(description);
      this.end('publisher-ended');
      return;
    }
    this.#session = undefined;
    session?.end(description);
    this.#lost(description);
  }

  #makeEncoding(): Encoding {
    const { startEncoder, ffmpeg, ladder, clock, emit } = this.#setting;
    return new Encoding(
      { startEncoder, ffmpeg, ladder, clock },
      {
        group: (group, headers) => this.#writerFor().enqueue(group, headers),
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
  #writerFor(): SegmentWriter {
    if (this.#writer) return this.#writer;
    const { clock, objects, region, utcTimingUrl, windowSegments, emit } = this.#setting;
    this.#publication = new Publication({
      region,
      streamId: this.streamId,
      broadcastId: this.id,
      epoch: this.#keeper.lease.epoch,
      startedAtMs: clock.wall() - this.#now(),
      windowSegments,
      utcTimingUrl,
    });
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
    if (through !== undefined) this.#session?.send({ type: 'published-through', timestampMs: through });
    this.#noteRenditions();
    if (this.#story.record.state !== 'starting' || this.#lostAtMs !== undefined) return;
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
    this.#contender?.decide(false);
    this.#writer?.stop();
    this.#encoding.kill();
    this.#keeper.stop();
    this.#story.silence();
    this.#session?.end('lease-lost');
    this.#session = undefined;
    this.#resolveEnded();
  }

  #about(): { stream: string; broadcast: string } {
    return { stream: this.streamId, broadcast: this.id };
  }
}

/** Of an ffmpeg that fell behind by `lagMs` while it was watched. */
const speedOf = (lagMs: number): number => Math.max(0.1, 1 - lagMs / 10_000);
