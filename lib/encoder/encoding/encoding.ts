import type { LadderConfig } from '../../config/ladder.ts';
import type { Clock } from '../../net/clock.ts';
import type { CaptionChannel } from '../../packaging/codec/avc-captions.ts';
import { type Ladder, soundAlone } from '../../packaging/ladder-fit.ts';
import { defaultPartMs, segmentNumberAt, segmentStartMs } from '../../packaging/segment-grid.ts';
import type { StreamId } from '../../routing/ids.ts';
import { uniform } from '../../routing/rendezvous.ts';
import { drainLimits } from '../policy/drain-limits.ts';
import { type InputFormat, sameFormat } from '../policy/input-format.ts';
import type { StreamTag } from '../policy/stream-tag.ts';
import type { TrackHeader } from '../policy/track-header.ts';
import type { EncoderExit, StartEncoder } from '../ports.ts';
import { EncoderRun } from './encoder-run.ts';
import { type FirstShown, firstShown } from './policy/feed/first-shown.ts';
import { PictureFeed } from './policy/feed/picture-feed.ts';
import { stillsBefore, stillTags } from './policy/feed/still-tags.ts';
import { TagHistory } from './policy/feed/tag-history.ts';
import { outputIds, type VideoEncoder } from './policy/ffmpeg/ffmpeg-arguments.ts';
import type { FfmpegBuild } from './policy/ffmpeg/ffmpeg-version.ts';
import { frameModeFlag } from './policy/ffmpeg/ffmpeg-version.ts';
import { RestartLimit } from './policy/ffmpeg/restart-limit.ts';
import { LadderWatch } from './policy/ladder/ladder-watch.ts';
import { OwnSizes } from './policy/ladder/own-sizes.ts';
import { type ReturnTurn, RungReturn } from './policy/ladder/rung-return.ts';
import type { Part } from './policy/segmenting/part.ts';
import { PartGate, type ReleasedPart } from './policy/segmenting/part-gate.ts';
import { dropAudioOnlyEnd, GroupCollector, type SegmentGroup } from './policy/segmenting/segment-groups.ts';

export interface EncodingOptions {
  readonly startEncoder: StartEncoder;
  readonly ffmpeg: Pick<FfmpegBuild, 'release' | 'year'>;
  readonly ladder: LadderConfig;
  /** @default x264 */
  readonly videoEncoder?: VideoEncoder;
  readonly clock: Clock;
  readonly streamId: StreamId;
  /** Ids of the renditions that another worker made of the broadcast. */
  readonly made?: readonly string[];
  /** Shared by all broadcasts of the worker. */
  readonly returnTurn: ReturnTurn;
  /** One of `partLengthsMs`. @default defaultPartMs */
  readonly partMs?: number;
  /** Unix ms of stream time 0, once it is known: the first part of each segment carries it (`prft`). */
  readonly startedAtMs?: () => number | undefined;
}

export interface EncodingHandler {
  /**
   * A part of a rendition, as soon as its last frame is out: in order for each track, before the group of its number. `headers`: of
   * all tracks of the run. A run that makes a number again begins with part 0; what came of it before counts no longer.
   */
  part(track: string, part: Part, headers: ReadonlyMap<string, TrackHeader>): void;
  group(group: SegmentGroup, headers: ReadonlyMap<string, TrackHeader>): void;
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

/** What runs make. */
interface Plan {
  readonly format: InputFormat;
  readonly rungs: LadderWatch;
}

/** A run that is still fed until its tracks have passed the number at which the next run takes over. */
interface RetiringRun {
  readonly run: EncoderRun;
  readonly number: number;
  readonly past: Set<string>;
}

/**
 * The encoding of one broadcast: one ffmpeg at a time, and whatever it takes to replace it without a gap – when the input
 * changes, when the machine is too slow for the ladder, when ffmpeg crashes. Runs hand over at a segment number.
 */
export class Encoding {
  readonly #options: EncodingOptions;
  readonly #handler: EncodingHandler;
  readonly #collector = new GroupCollector();
  readonly #parts = new PartGate();
  readonly #headers = new Map<number, Map<string, TrackHeader>>();
  readonly #pictures = new PictureFeed();
  readonly #history = new TagHistory();
  readonly #sizes: OwnSizes;
  readonly #restarts = new RestartLimit();
  readonly #runs = new Set<EncoderRun>();
  #active?: EncoderRun;
  #plan?: Plan;
  /** A new format: its run starts at the next key frame. */
  #nextFormat?: InputFormat;
  #retiring?: RetiringRun;
  /** The number from which on a rung that was shed is made again. */
  #returnAt?: number | undefined;
  #restartAtMs?: number;
  #restartFrom = 0;
  #runCount = 0;
  #keyFramesAtMs: readonly number[] = [];
  #fromNumber = 0;
  #ending = false;
  #idle?: () => void;

  constructor(options: EncodingOptions, handler: EncodingHandler) {
    this.#options = options;
    this.#handler = handler;
    this.#sizes = new OwnSizes(options.ladder, options.made);
  }

  /** Bytes that ffmpeg hasn't read yet. */
  get backlogBytes(): number {
    return this.#active?.backlogBytes ?? 0;
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
    const isMade = this.#active !== undefined || this.#restartAtMs !== undefined;
    if (isMade) this.#nextFormat = undefined;
  }

  feed(tag: StreamTag): void {
    if (this.#ending) return;
    if (this.#nextFormat && tag.keyframe && this.#mayStart) this.#switchFormat(this.#nextFormat, tag);
    for (const each of this.#pictures.prepare(tag)) this.#feedPrepared(each);
  }

  /** One ffmpeg may finish while another one begins. Until there is only one, that one takes other sizes as well: it scales them. */
  get #mayStart(): boolean {
    return this.#runs.size < mostRuns;
  }

  #feedPrepared(tag: StreamTag): void {
    this.#history.push(tag);
    this.#active?.feed(tag);
    this.#feedRetiring(tag);
    this.#takeBack(tag);
  }

  flush(): void {
    this.#active?.flush();
    this.#retiring?.run.flush();
  }

  /** Call a few times a second. */
  tick(): void {
    const nowMs = this.#options.clock.nowMs();
    if (this.#restartAtMs !== undefined && nowMs >= this.#restartAtMs && this.#plan) {
      this.#restartAtMs = undefined;
      this.#startFromHistory(this.#plan, this.#restartFrom);
    }
    const run = this.#active;
    if (run && this.#returnAt === undefined && !this.#retiring) this.#fitMachine(run, nowMs);
    if (run) this.#history.forgetBefore(segmentStartMs(this.#collector.nextOf(run.id) ?? run.fromNumber));
  }

  /** Ends the input. Resolves when every segment is out; with `wholeSegmentsOnly` the shorter last one is dropped. */
  async end({ wholeSegmentsOnly = false } = {}): Promise<void> {
    this.#ending = true;
    if (wholeSegmentsOnly) this.#active?.stopBefore(segmentNumberAt(this.#history.completeMs));
    this.#retiring?.run.endInput();
    this.#active?.endInput();
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
    const old = this.#active;
    if (format.picture && this.#plan && !this.#plan.format.picture) {
      // Without a run (ffmpeg has crashed), pictures wait for their next key frame.
      if (old && first.type === 'video') this.#addPictures(format, first, old);
      return;
    }
    this.#nextFormat = undefined;
    const isOnGrid = first.streamMs === segmentStartMs(segmentNumberAt(first.streamMs));
    const next = segmentNumberAt(first.streamMs) + (old && !isOnGrid ? 1 : 0);
    const number = Math.max(next, this.#fromNumber);
    if (old) this.#fillUp(old, number);
    this.#history.clear();
    this.#start(this.#planFor(format), number, first.streamMs, firstShown([first], first.streamMs));
  }

  /** What was shed of another input says nothing about this one. */
  #planFor(format: InputFormat): Plan {
    const { streamId, returnTurn } = this.#options;
    const known = this.#plan;
    const isKnown = known && sameFormat(known.format, format);
    // Broadcasts that were shed in the same second try again at different times.
    const rungReturn = new RungReturn((tries) => uniform(`${streamId}\n${tries}`));
    const rungs = isKnown ? known.rungs : new LadderWatch(this.#fit(format), rungReturn, returnTurn);
    this.#returnAt = undefined;
    this.#plan = { format, rungs };
    return this.#plan;
  }

  #fit({ picture }: InputFormat): Ladder {
    if (!picture) return soundAlone(this.#options.ladder);
    const { ladder, refused } = this.#sizes.fit(picture.input);
    if (refused !== undefined) this.#handler.sizeRefused(refused, outputIds(ladder));
    return ladder;
  }

  /**
   * Pictures join a broadcast of sound alone: from the segment that the first one falls into, which it fills from the beginning on,
   * another run makes both. The sound goes on unheard of that.
   */
  #addPictures(format: InputFormat, first: StreamTag, old: EncoderRun): void {
    const number = Math.max(segmentNumberAt(first.streamMs), this.#nextNumberOf(old));
    const startMs = segmentStartMs(number);
    const stills = stillsBefore(first, startMs);
    const sound = this.#history.soundFor(startMs);
    this.#nextFormat = undefined;
    old.stopBefore(number);
    this.#retiring = { run: old, number, past: new Set(['video']) };
    this.#history.clear();
    const run = this.#start(this.#planFor(format), number, stills[0]?.streamMs ?? first.streamMs);
    for (const tag of [...stills, ...sound]) {
      for (const each of this.#pictures.prepare({ ...tag, keyframe: tag.keyframe && tag.type === 'video' })) {
        this.#history.push(each);
        run.feed(each);
      }
    }
  }

  /** Feeds the last picture and silence up to the number at which the next run begins. */
  #fillUp(run: EncoderRun, number: number): void {
    for (const tag of stillTags(this.#history, segmentStartMs(number), this.#plan!.format)) {
      for (const each of this.#pictures.prepare(tag)) run.feed(each);
    }
    this.#pictures.beginRun();
    run.stopBefore(number);
    run.endInput();
  }

  #fitMachine(run: EncoderRun, nowMs: number): void {
    const advice = this.#plan?.rungs.observe(run.lagMs, nowMs);
    if (advice === 'shed') this.#shed(run, nowMs);
    if (advice === 'return' && this.#mayStart) this.#returnAt = segmentNumberAt(this.#history.lastMs) + 1;
  }

  #shed(run: EncoderRun, nowMs: number): void {
    const number = this.#nextNumberOf(run);
    this.#reportShed(this.#plan!.rungs.shed(nowMs), run.lagMs);
    // What this run still has to do would hold up the next one, which makes it again.
    run.kill();
    this.#goOnFrom(run);
    this.#emit(this.#collector.abandonRun(run.id));
    this.#handOn(this.#parts.endRun(run.id));
    this.#startFromHistory(this.#plan!, number);
  }

  #reportShed(id: string | undefined, lagMs?: number): void {
    if (id !== undefined) this.#handler.shed(id, lagMs, outputIds(this.#plan!.rungs.ladder));
  }

  /** Starts the run that makes one more rung when its first segment's media begins to arrive. */
  #takeBack(tag: StreamTag): void {
    const number = this.#returnAt;
    const old = this.#active;
    if (number === undefined || !old || !this.#plan || tag.streamMs < segmentStartMs(number)) return;
    const { rungs } = this.#plan;
    this.#returnAt = undefined;
    old.stopBefore(number);
    this.#retiring = { run: old, number, past: new Set([tag.type]) };
    const id = rungs.takeBack(this.#options.clock.nowMs());
    if (id !== undefined) this.#handler.restored(id, outputIds(rungs.ladder));
    this.#startFromHistory(this.#plan, number);
  }

  #feedRetiring(tag: StreamTag): void {
    const retiring = this.#retiring;
    if (!retiring) return;
    // A run without pictures ends where the sound does.
    if (tag.type === 'video' && !retiring.run.plan.input) return;
    retiring.run.feed(tag);
    const lateMs = tag.streamMs - segmentStartMs(retiring.number);
    if (lateMs >= 0) retiring.past.add(tag.type);
    if (retiring.past.size < 2 && lateMs < 1000) return;
    this.#retiring = undefined;
    retiring.run.endInput();
  }

  #startFromHistory(plan: Plan, number: number): void {
    const tags = this.#history.from(segmentStartMs(number));
    const first = tags[0];
    if (!first) {
      // No key frame to start from: the next one starts the run, as for a new input.
      this.#nextFormat = plan.format;
      this.#active = undefined;
      return;
    }
    const fromNumber = Math.max(number, segmentNumberAt(first.streamMs));
    const run = this.#start(plan, fromNumber, first.streamMs, firstShown(tags, segmentStartMs(fromNumber)));
    for (const tag of tags) run.feed(tag);
    run.flush();
  }

  /**
   * `shown`: the first picture that is to be encoded. Earlier ones are there only to decode it, or, behind a recovery point, refer to
   * what came before that and can't be decoded.
   */
  #start({ format, rungs }: Plan, fromNumber: number, firstMs: number, shown?: FirstShown): EncoderRun {
    const id = ++this.#runCount;
    const { ladder } = rungs;
    const ids = outputIds(ladder);
    this.#collector.addRun(id, ids);
    this.#parts.addRun(id, ids, format.picture !== undefined);
    const { partMs = defaultPartMs, startedAtMs } = this.#options;
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
        partMs,
        ...(startedAtMs && { startedAtMs }),
      },
      this.#options.startEncoder,
      {
        header: (track, header) => this.#addHeader(id, ids, track, header),
        part: (track, part) => this.#handOn(this.#parts.push(id, track, part)),
        segment: (track, segment) => this.#emit(this.#collector.push(id, track, segment)),
        captions: (channel) => this.#handler.captions(channel),
        over: () => this.#handOn(this.#parts.over(id)),
        ended: (exit, expected) => this.#ended(run, exit, expected),
      },
    );
    this.#active = run;
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
      if (run === this.#active && !this.#ending) this.#fail();
    }
    if (this.#runs.size === 0) this.#idle?.();
  }

  #succeed(run: EncoderRun, exit: EncoderExit, expected: boolean): void {
    const nextNumber = this.#nextNumberOf(run);
    if (!expected && run === this.#active) this.#goOnFrom(run);
    const groups = expected ? this.#collector.endRun(run.id) : this.#collector.abandonRun(run.id);
    const isLast = this.#ending && this.#runs.size === 0;
    this.#emit(isLast && run.plan.input ? dropAudioOnlyEnd(groups) : groups);
    this.#handOn(this.#parts.endRun(run.id));
    this.#headers.delete(run.id);
    if (!expected) {
      this.#handler.crashed(run, exit);
      if (run === this.#active) {
        this.#reportShed(this.#plan?.rungs.crashed(this.#options.clock.nowMs()));
        this.#restart(nextNumber);
      }
      if (run === this.#retiring?.run) this.#retiring = undefined;
    }
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
    return Math.max(this.#collector.nextOf(run.id) ?? 0, run.fromNumber);
  }

  #restart(fromNumber: number): void {
    this.#active = undefined;
    this.#returnAt = undefined;
    if (this.#ending) return;
    const nowMs = this.#options.clock.nowMs();
    const delayMs = this.#restarts.crashed(nowMs);
    if (delayMs === undefined) {
      this.#fail();
      return;
    }
    this.#restartFrom = fromNumber;
    this.#restartAtMs = nowMs + delayMs;
  }

  #emit(groups: readonly SegmentGroup[]): void {
    for (const group of groups) {
      const headers = this.#headers.get(group.run);
      this.#handOn(this.#parts.group(group.run, group.number));
      if (headers) this.#handler.group(group, headers);
    }
  }

  #handOn(parts: readonly ReleasedPart[]): void {
    for (const { track, part, headers } of parts) this.#handler.part(track, part, headers);
  }

  /** Headers arrive as the tracks start; they are kept in ladder order. */
  #addHeader(run: number, ids: readonly string[], id: string, header: TrackHeader): void {
    const known = new Map(this.#headers.get(run)).set(id, header);
    const headers = new Map(ids.flatMap((each) => (known.has(each) ? [[each, known.get(each)!]] : [])));
    this.#headers.set(run, headers);
    this.#handOn(this.#parts.headers(run, headers));
  }
}
