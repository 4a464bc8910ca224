import type { Clock } from '../../net/clock.ts';
import type { CaptionChannel } from '../../packaging/codec/avc-captions.ts';
import { defaultPartMs, segmentNumberAt, segmentStartMs } from '../../packaging/segment-grid.ts';
import { drainLimits } from '../policy/drain-limits.ts';
import { type InputFormat, sameFormat } from '../policy/input-format.ts';
import type { StreamTag } from '../policy/stream-tag.ts';
import type { EncoderExit, StartEncoder } from '../ports.ts';
import { EncoderRun } from './encoder-run.ts';
import { type FirstShown, firstShown } from './policy/feed/first-shown.ts';
import { stillsBefore } from './policy/feed/still-tags.ts';
import { outputIds, type VideoEncoder } from './policy/ffmpeg/ffmpeg-arguments.ts';
import type { FfmpegBuild } from './policy/ffmpeg/ffmpeg-version.ts';
import { frameModeFlag } from './policy/ffmpeg/ffmpeg-version.ts';
import type { PictureKind } from './policy/ffmpeg/picture-outputs.ts';
import { RestartLimit } from './policy/ffmpeg/restart-limit.ts';
import { type RunPlan, RunPlanner, type RunPlannerOptions } from './policy/ladder/run-plan.ts';
import { RunOutputs, type RunOutputsHandler } from './policy/segmenting/run-outputs.ts';
import { RunFeed } from './run-feed.ts';

export interface EncodingOptions extends RunPlannerOptions {
  readonly startEncoder: StartEncoder;
  readonly ffmpeg: Pick<FfmpegBuild, 'release' | 'year'>;
  /** @default x264 */
  readonly videoEncoder?: VideoEncoder;
  readonly clock: Clock;
  /** One of `partLengthsMs`. @default defaultPartMs */
  readonly partMs?: number;
  /** Unix ms of stream time 0, once it is known: the first part of each segment carries it (`prft`). */
  readonly startedAtMs?: () => number | undefined;
}

export interface EncodingHandler extends RunOutputsHandler {
  /** A JPEG of the first picture of a cell of the storyboard, or of a run. One may come again, or from another run. */
  picture(kind: PictureKind, streamMs: number, jpeg: Buffer): void;
  /** Captions are in the pictures. Called for each channel, by each run. */
  captions(channel: CaptionChannel): void;
  started(run: EncoderRun): void;
  /**
   * The top rendition was given up because ffmpeg was behind by `lagMs`, or, if undefined, because it crashed with it. `left`: the
   * other renditions and the sound.
   */
  shed(rendition: string, lagMs: number | undefined, left: readonly string[]): void;
  /** A rendition that had been shed is made again. */
  restored(rendition: string, all: readonly string[]): void;
  /** The input's own size would have been one rendition too many: the configured ones have to do. */
  sizeRefused(rendition: string, all: readonly string[]): void;
  crashed(run: EncoderRun, exit: EncoderExit): void;
  /** ffmpeg did not finish its last input in this time and was killed; whatever it hadn't encoded is lost. */
  stuck(withinMs: number): void;
  /** ffmpeg crashed too often: the broadcast cannot continue. */
  failed(): void;
  /** Something in the encoding itself failed. Must not throw. */
  faulted(cause: unknown): void;
}

/** Encoder processes of one broadcast at a time. */
const mostRuns = 2;

/**
 * The encoding of one broadcast: one ffmpeg at a time, and whatever it takes to replace it without a gap – when the input
 * changes, when the machine is too slow for the ladder, when ffmpeg crashes. Runs hand over at a segment number.
 */
export class Encoding {
  readonly #options: EncodingOptions;
  readonly #handler: EncodingHandler;
  readonly #planner: RunPlanner;
  readonly #feed = new RunFeed();
  readonly #outputs: RunOutputs;
  readonly #restarts = new RestartLimit();
  readonly #runs = new Set<EncoderRun>();
  #plan?: RunPlan;
  /** A new format: its run starts at the next key frame. */
  #nextFormat?: InputFormat;
  /** The number from which on a rung that was shed is made again. */
  #returnAt?: number | undefined;
  /** ffmpeg crashed: when another one makes everything from this number on. */
  #restart?: { readonly atMs: number; readonly fromNumber: number } | undefined;
  #runCount = 0;
  #keyFramesAtMs: readonly number[] = [];
  #fromNumber = 0;
  #ending = false;
  #idle?: () => void;

  constructor(options: EncodingOptions, handler: EncodingHandler) {
    this.#options = options;
    this.#handler = handler;
    this.#planner = new RunPlanner(options, (rendition, all) => handler.sizeRefused(rendition, all));
    this.#outputs = new RunOutputs(handler);
  }

  /** Bytes that ffmpeg hasn't read yet. */
  get backlogBytes(): number {
    return this.#feed.active?.backlogBytes ?? 0;
  }

  /** The ffmpeg that makes the newest media, and how far it is behind what it was given. */
  get pace(): { readonly run: number; readonly lagMs: number } | undefined {
    const run = this.#feed.active;
    return run && { run: run.id, lagMs: run.lagMs };
  }

  /** Renditions that the machine has no room for. */
  get turnedOff(): readonly string[] {
    return this.#plan?.rungs.turnedOff ?? [];
  }

  /** Sets the first number to make: media before it only primes the decoder. */
  beginAt(number: number): void {
    this.#fromNumber = number;
  }

  /**
   * At these stream times (ascending) players may have everything before and nothing after of what was made so far, here or by another
   * worker: a run that makes it again has further key frames there, from which they go on.
   */
  keyFramesAt(streamMs: readonly number[]): void {
    this.#keyFramesAtMs = streamMs;
  }

  /** The tags that follow have this format, starting with a key frame. */
  format(format: InputFormat): void {
    const plan = this.#plan;
    if (!plan || !sameFormat(plan.format, format)) {
      this.#nextFormat = format;
      return;
    }
    this.#plan = { ...plan, format };
    // Changed there and back before a key frame.
    const isMade = this.#feed.active !== undefined || this.#restart !== undefined;
    if (isMade) this.#nextFormat = undefined;
  }

  feed(tag: StreamTag): void {
    if (this.#ending) return;
    if (this.#nextFormat && tag.keyframe && this.#mayStart) this.#switchFormat(this.#nextFormat, tag);
    for (const each of this.#feed.prepare(tag)) {
      this.#feed.push(each);
      this.#takeBack(each);
    }
  }

  /** One ffmpeg may finish while another one begins. Until there is only one, that one takes other sizes as well: it scales them. */
  get #mayStart(): boolean {
    return this.#runs.size < mostRuns;
  }

  flush(): void {
    this.#feed.flush();
  }

  /** Call a few times a second. */
  tick(): void {
    const nowMs = this.#options.clock.nowMs();
    const restart = this.#restart;
    if (restart && nowMs >= restart.atMs && this.#plan) {
      this.#restart = undefined;
      this.#startFromHistory(this.#plan, restart.fromNumber);
    }
    const run = this.#feed.active;
    if (run && this.#returnAt === undefined && !this.#feed.isHandingOver) this.#fitMachine(run, nowMs);
    if (run) this.#feed.forgetBefore(this.#outputs.nextOf(run.id) ?? run.fromNumber);
  }

  /** Ends the input. Resolves when every segment is out; with `wholeSegmentsOnly` the shorter last one is dropped. */
  async end({ wholeSegmentsOnly = false } = {}): Promise<void> {
    this.#ending = true;
    this.#feed.end({ wholeSegmentsOnly });
    if (this.#runs.size === 0) return;
    const timer = setTimeout(() => {
      this.#handler.stuck(drainLimits.encoderMs);
      this.kill();
    }, drainLimits.encoderMs);
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
    clearTimeout(timer);
  }

  /** Kills ffmpeg; anything not yet output is lost. */
  kill(): void {
    this.#ending = true;
    for (const run of this.#runs) run.kill();
  }

  #switchFormat(format: InputFormat, first: StreamTag): void {
    const old = this.#feed.active;
    if (format.picture && this.#plan && !this.#plan.format.picture) {
      // Without a run (ffmpeg has crashed), pictures wait for their next key frame.
      if (old && first.type === 'video') this.#addPictures(format, first, old);
      return;
    }
    this.#nextFormat = undefined;
    const isOnGrid = first.streamMs === segmentStartMs(segmentNumberAt(first.streamMs));
    const next = segmentNumberAt(first.streamMs) + (old && !isOnGrid ? 1 : 0);
    const number = Math.max(next, this.#fromNumber);
    if (this.#plan) this.#feed.fillUp(number, this.#plan.format, this.#partMs);
    this.#feed.clear();
    this.#start(this.#planFor(format), number, first.streamMs, firstShown([first], first.streamMs));
  }

  #planFor(format: InputFormat): RunPlan {
    this.#returnAt = undefined;
    this.#plan = this.#planner.planFor(format, this.#plan);
    return this.#plan;
  }

  /**
   * Pictures join a broadcast of sound alone: from the segment that the first one falls into, which it fills from the beginning on,
   * another run makes both. The sound goes on unheard of that.
   */
  #addPictures(format: InputFormat, first: StreamTag, old: EncoderRun): void {
    const number = Math.max(segmentNumberAt(first.streamMs), this.#nextNumberOf(old));
    const stills = stillsBefore(first, segmentStartMs(number), this.#partMs);
    const sound = this.#feed.soundFor(number).map((tag) => ({ ...tag, keyframe: false }));
    this.#nextFormat = undefined;
    this.#feed.retire(number, 'video');
    this.#feed.clear();
    this.#start(this.#planFor(format), number, stills[0]?.streamMs ?? first.streamMs);
    this.#feed.prime([...stills, ...sound]);
  }

  #fitMachine(run: EncoderRun, nowMs: number): void {
    const advice = this.#plan?.rungs.observe(run.lagMs, nowMs);
    if (advice === 'shed') this.#shed(run, nowMs);
    if (advice === 'return' && this.#mayStart) this.#returnAt = this.#feed.lastNumber + 1;
  }

  #shed(run: EncoderRun, nowMs: number): void {
    const number = this.#nextNumberOf(run);
    this.#reportShed(this.#plan!.rungs.shed(nowMs), run.lagMs);
    // What this run still has to do would hold up the next one, which makes it again.
    run.kill();
    this.#goOnFrom(run);
    this.#outputs.ended(run.id, { isWhole: false, endsPictures: false });
    this.#startFromHistory(this.#plan!, number);
  }

  #reportShed(id: string | undefined, lagMs?: number): void {
    if (id !== undefined) this.#handler.shed(id, lagMs, outputIds(this.#plan!.rungs.ladder));
  }

  /** Starts the run that makes one more rung when its first segment's media begins to arrive. */
  #takeBack(tag: StreamTag): void {
    const number = this.#returnAt;
    if (number === undefined || !this.#feed.active || !this.#plan) return;
    if (tag.streamMs < segmentStartMs(number)) return;
    const { rungs } = this.#plan;
    this.#returnAt = undefined;
    this.#feed.retire(number, tag.type);
    const id = rungs.takeBack(this.#options.clock.nowMs());
    if (id !== undefined) this.#handler.restored(id, outputIds(rungs.ladder));
    this.#startFromHistory(this.#plan, number);
  }

  #startFromHistory(plan: RunPlan, number: number): void {
    const tags = this.#feed.from(number);
    const first = tags[0];
    if (!first) {
      // No key frame to start from: the next one starts the run, as for a new input.
      this.#nextFormat = plan.format;
      this.#feed.lose();
      return;
    }
    const fromNumber = Math.max(number, segmentNumberAt(first.streamMs));
    const run = this.#start(plan, fromNumber, first.streamMs, firstShown(tags, segmentStartMs(fromNumber)));
    for (const tag of tags) run.feed(tag);
    run.flush();
  }

  get #partMs(): number {
    return this.#options.partMs ?? defaultPartMs;
  }

  /**
   * `shown`: the first picture that is to be encoded. Earlier ones are there only to decode it, or, behind a recovery point, refer to
   * what came before that and can't be decoded.
   */
  #start({ format, rungs }: RunPlan, fromNumber: number, firstMs: number, shown?: FirstShown): EncoderRun {
    const id = ++this.#runCount;
    const { ladder } = rungs;
    const outputs = this.#outputs;
    outputs.addRun(id, outputIds(ladder), format.picture !== undefined);
    const { startedAtMs } = this.#options;
    const extraKeyFramesMs = this.#keyFramesAtMs.filter((ms) => ms > segmentStartMs(fromNumber));
    const run: EncoderRun = new EncoderRun(
      {
        id,
        plan: {
          ladder,
          ...(format.picture && { input: format.picture.input }),
          firstPictureMs: shown?.decodedMs ?? firstMs,
          ...(shown && { shownFromMs: shown.presentedMs }),
          frameModeFlag: frameModeFlag(this.#options.ffmpeg),
          videoEncoder: this.#options.videoEncoder ?? 'x264',
          extraKeyFramesMs,
        },
        fromNumber,
        format,
        partMs: this.#partMs,
        ...(startedAtMs && { startedAtMs }),
      },
      this.#options.startEncoder,
      {
        header: (track, header) => outputs.header(id, track, header),
        part: (track, part) => outputs.part(id, track, part),
        segment: (track, segment) => outputs.segment(id, track, segment),
        picture: (kind, streamMs, jpeg) => this.#handler.picture(kind, streamMs, jpeg),
        captions: (channel) => this.#handler.captions(channel),
        over: () => outputs.over(id),
        ended: (exit, expected) => this.#ended(run, exit, expected),
      },
    );
    this.#feed.begin(run);
    this.#runs.add(run);
    rungs.started(this.#options.clock.nowMs());
    this.#handler.started(run);
    return run;
  }

  /** Called from ffmpeg's exit: an error that left here would take the worker's other broadcasts along. */
  #ended(run: EncoderRun, exit: EncoderExit, expected: boolean): void {
    this.#runs.delete(run);
    try {
      this.#succeed(run, exit, expected);
    } catch (cause) {
      this.#handler.faulted(cause);
      // No other run took its place, and none would.
      if (run === this.#feed.active && !this.#ending) this.#fail();
    }
    if (this.#runs.size === 0) this.#idle?.();
  }

  #succeed(run: EncoderRun, exit: EncoderExit, expected: boolean): void {
    const nextNumber = this.#nextNumberOf(run);
    const isActive = run === this.#feed.active;
    if (!expected && isActive) this.#goOnFrom(run);
    const isLast = this.#ending && this.#runs.size === 0;
    const endsPictures = isLast && run.plan.input !== undefined;
    this.#outputs.ended(run.id, { isWhole: expected, endsPictures });
    if (expected) return;
    this.#handler.crashed(run, exit);
    if (isActive) {
      this.#reportShed(this.#plan?.rungs.crashed(this.#options.clock.nowMs()));
      this.#restartFrom(nextNumber);
    }
    this.#feed.gone(run);
  }

  /** Players that have parts of a run that is made again go on where the next one makes one more key frame. */
  #goOnFrom({ partsThroughMs }: EncoderRun): void {
    if (partsThroughMs === undefined) return;
    const times = new Set([...this.#keyFramesAtMs, Math.round(partsThroughMs)]);
    this.#keyFramesAtMs = [...times].sort((a, b) => a - b);
  }

  #fail(): void {
    this.#ending = true;
    this.#handler.failed();
  }

  /** The first number that no segment group has come out for. */
  #nextNumberOf(run: EncoderRun): number {
    return Math.max(this.#outputs.nextOf(run.id) ?? 0, run.fromNumber);
  }

  #restartFrom(fromNumber: number): void {
    this.#feed.lose();
    this.#returnAt = undefined;
    if (this.#ending) return;
    const nowMs = this.#options.clock.nowMs();
    const delayMs = this.#restarts.crashed(nowMs);
    if (delayMs === undefined) this.#fail();
    else this.#restart = { atMs: nowMs + delayMs, fromNumber };
  }
}
