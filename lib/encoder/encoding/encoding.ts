import type { LadderConfig } from '../../config/ladder.ts';
import type { Clock } from '../../net/clock.ts';
import { fitLadder, type Ladder, soundAlone, withoutTopRung } from '../../packaging/ladder-fit.ts';
import { segmentNumberAt, segmentStartMs } from '../../packaging/segment-grid.ts';
import { drainLimits } from '../policy/drain-limits.ts';
import { type InputFormat, sameFormat } from '../policy/input-format.ts';
import type { StreamTag } from '../policy/stream-tag.ts';
import type { TrackHeader } from '../policy/track-header.ts';
import type { EncoderExit, StartEncoder } from '../ports.ts';
import { EncoderRun } from './encoder-run.ts';
import { outputIds, type VideoEncoder } from './policy/ffmpeg-arguments.ts';
import type { FfmpegBuild } from './policy/ffmpeg-version.ts';
import { frameModeFlag } from './policy/ffmpeg-version.ts';
import { compositionMs, PictureFeed } from './policy/picture-feed.ts';
import { RestartLimit } from './policy/restart-limit.ts';
import { dropAudioOnlyEnd, GroupCollector, type SegmentGroup } from './policy/segment-groups.ts';
import { LagWatch } from './policy/shedding.ts';
import { stillsBefore, stillTags } from './policy/still-tags.ts';
import { TagHistory } from './policy/tag-history.ts';

export interface EncodingOptions {
  readonly startEncoder: StartEncoder;
  readonly ffmpeg: Pick<FfmpegBuild, 'release' | 'year'>;
  readonly ladder: LadderConfig;
  /** @default x264 */
  readonly videoEncoder?: VideoEncoder;
  readonly clock: Clock;
}

export interface EncodingHandler {
  group(group: SegmentGroup, headers: ReadonlyMap<string, TrackHeader>): void;
  started(run: EncoderRun): void;
  shed(rendition: string, lagMs: number, left: readonly string[]): void;
  crashed(run: EncoderRun, exit: EncoderExit): void;
  /** ffmpeg did not finish its last input in this time and was killed; whatever it hadn't encoded is lost. */
  stuck(withinMs: number): void;
  /** ffmpeg crashed too often: the broadcast cannot continue. */
  failed(): void;
  /** Something in the encoding itself failed. Must not throw. */
  faulted(cause: unknown): void;
}

/** What the next run will make, decided before the media that it starts with has arrived. */
interface Plan {
  readonly format: InputFormat;
  readonly ladder: Ladder;
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
  readonly #headers = new Map<number, Map<string, TrackHeader>>();
  readonly #pictures = new PictureFeed();
  readonly #history = new TagHistory();
  readonly #restarts = new RestartLimit();
  readonly #runs = new Set<EncoderRun>();
  #active?: EncoderRun;
  #plan?: Plan;
  /** A new format: its run starts at the next key frame. */
  #nextFormat?: InputFormat;
  #retiring?: RetiringRun;
  #handover?: { readonly number: number; readonly ladder: Ladder };
  #lag?: LagWatch;
  #restartAtMs?: number;
  #restartFrom = 0;
  #runCount = 0;
  #fromNumber = 0;
  #ending = false;
  #idle?: () => void;

  constructor(options: EncodingOptions, handler: EncodingHandler) {
    this.#options = options;
    this.#handler = handler;
  }

  /** Bytes that ffmpeg hasn't read yet. */
  get backlogBytes(): number {
    return this.#active?.backlogBytes ?? 0;
  }

  /** Sets the first number to make: media before it only primes the decoder. */
  beginAt(number: number): void {
    this.#fromNumber = number;
  }

  /** The tags that follow have this format, starting with a key frame. */
  format(format: InputFormat): void {
    const plan = this.#plan;
    if (plan && sameFormat(plan.format, format)) this.#plan = { ...plan, format };
    else this.#nextFormat = format;
  }

  feed(tag: StreamTag): void {
    if (this.#ending) return;
    if (this.#nextFormat && tag.keyframe) this.#switchFormat(this.#nextFormat, tag);
    for (const each of this.#pictures.prepare(tag)) this.#feedPrepared(each);
  }

  #feedPrepared(tag: StreamTag): void {
    this.#history.push(tag);
    this.#active?.feed(tag);
    this.#feedRetiring(tag);
    this.#handOver(tag);
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
    if (run && !this.#handover && !this.#retiring && this.#lag?.observe(run.lagMs, nowMs) === 'shed') {
      this.#shed(run);
    }
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
    this.#plan = this.#planFor(format);
    this.#handover = undefined;
    this.#start(this.#plan, number, first.streamMs);
  }

  #planFor(format: InputFormat): Plan {
    const { ladder } = this.#options;
    return { format, ladder: format.picture ? fitLadder(format.picture.input, ladder) : soundAlone(ladder) };
  }

  /**
   * Pictures join a broadcast of sound alone: from the segment that the first one falls into, which it fills from the beginning on,
   * another run makes both. The sound goes on unheard of that.
   */
  #addPictures(format: InputFormat, first: StreamTag, old: EncoderRun): void {
    const made = Math.max(this.#collector.nextOf(old.id) ?? 0, old.fromNumber);
    const number = Math.max(segmentNumberAt(first.streamMs), made);
    const startMs = segmentStartMs(number);
    const stills = stillsBefore(first, startMs);
    const sound = this.#history.soundFor(startMs);
    this.#nextFormat = undefined;
    old.stopBefore(number);
    this.#retiring = { run: old, number, past: new Set(['video']) };
    this.#history.clear();
    this.#plan = this.#planFor(format);
    const run = this.#start(this.#plan, number, stills[0]?.streamMs ?? first.streamMs);
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
    run.stopBefore(number);
    run.endInput();
  }

  #shed(run: EncoderRun): void {
    const plan = this.#plan;
    const ladder = plan && withoutTopRung(plan.ladder);
    if (!plan || !ladder) return;
    this.#handler.shed(plan.ladder.video[0]!.id, run.lagMs, [...ladder.video.map(({ id }) => id), 'audio']);
    this.#handover = { number: segmentNumberAt(this.#history.lastMs) + 1, ladder };
  }

  /** Starts the next run when its first segment's media begins to arrive. */
  #handOver(tag: StreamTag): void {
    const next = this.#handover;
    const old = this.#active;
    if (!next || !old || !this.#plan || tag.streamMs < segmentStartMs(next.number)) return;
    this.#handover = undefined;
    old.stopBefore(next.number);
    this.#retiring = { run: old, number: next.number, past: new Set([tag.type]) };
    this.#plan = { ...this.#plan, ladder: next.ladder };
    this.#startFromHistory(this.#plan, next.number);
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

  /** `shown`: the first picture that is to be encoded, if earlier ones are there only to decode it. */
  #start({ format, ladder }: Plan, fromNumber: number, firstMs: number, shown?: FirstShown): EncoderRun {
    const id = ++this.#runCount;
    const ids = outputIds(ladder);
    this.#collector.addRun(id, ids);
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
        },
        fromNumber,
        videoHeader: format.picture?.header,
        audioHeader: format.audioHeader,
      },
      this.#options.startEncoder,
      {
        header: (track, header) => this.#addHeader(id, ids, track, header),
        segment: (track, segment) => this.#emit(this.#collector.push(id, track, segment)),
        ended: (exit, expected) => this.#ended(run, exit, expected),
      },
    );
    this.#active = run;
    this.#runs.add(run);
    this.#lag = new LagWatch(this.#options.clock.nowMs());
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
    const nextNumber = Math.max(this.#collector.nextOf(run.id) ?? 0, run.fromNumber);
    const groups = expected ? this.#collector.endRun(run.id) : this.#collector.abandonRun(run.id);
    const isLast = this.#ending && this.#runs.size === 0;
    this.#emit(isLast && run.plan.input ? dropAudioOnlyEnd(groups) : groups);
    this.#headers.delete(run.id);
    if (!expected) {
      this.#handler.crashed(run, exit);
      if (run === this.#active) this.#restart(nextNumber);
      if (run === this.#retiring?.run) this.#retiring = undefined;
    }
  }

  #fail(): void {
    this.#ending = true;
    this.#handler.failed();
  }

  #restart(fromNumber: number): void {
    this.#active = undefined;
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
      if (headers) this.#handler.group(group, headers);
    }
  }

  /** Headers arrive as the tracks start; they are kept in ladder order. */
  #addHeader(run: number, ids: readonly string[], id: string, header: TrackHeader): void {
    const known = new Map(this.#headers.get(run)).set(id, header);
    this.#headers.set(
      run,
      new Map(ids.flatMap((each) => (known.has(each) ? [[each, known.get(each)!]] : []))),
    );
  }
}

interface FirstShown {
  readonly decodedMs: number;
  readonly presentedMs: number;
}

/** The first picture at or after `fromMs`; undefined if it is the first of all, or has not come yet. */
function firstShown(tags: readonly StreamTag[], fromMs: number): FirstShown | undefined {
  const pictures = tags.filter(({ type, hidden }) => type === 'video' && !hidden);
  const at = pictures.findIndex(({ streamMs }) => streamMs >= fromMs);
  const first = pictures[at];
  if (at <= 0 || !first) return undefined;
  // Pictures come out in the order of presentation, as much later as the first one of all does.
  return { decodedMs: first.streamMs, presentedMs: first.streamMs + compositionMs(pictures[0]!) };
}
