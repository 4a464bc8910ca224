import { mostParts, segmentMs, segmentNumberAt, segmentStartMs } from '../../../../packaging/segment-grid.ts';
import { Cadence } from './cadence.ts';
import { OpenSegment, type PlacedSample } from './open-segment.ts';
import { type Part, partTargetMs } from './part.ts';
import type { Cut, EncodedSample, Segmenter, SegmenterOptions } from './segmenter.ts';

export interface VideoSegmenterOptions extends SegmenterOptions {
  /** Of this track. */
  readonly frameRate: number;
  /** This track has every so manieth of the pictures that go in, counted anew in each segment. @default 1 */
  readonly pictureStep?: number;
  /**
   * Stream time at which the first picture went into ffmpeg. It comes out later by the publisher's reordering delay
   * (B-frames), and so do the grid's key frames: cells are counted from that first picture, exactly as in ffmpeg's arguments.
   * So all encoders of a broadcast cut at the same pictures, wherever they start.
   * @default when the first picture comes out
   */
  readonly firstPictureMs?: number;
}

/** Upper bound on reordering; anything beyond it is a picture that ffmpeg could not decode. */
const maxReorderMs = 1000;
/** Longest duration of one picture; a longer gap stays a gap in the timeline. */
const maxHoldMs = segmentMs;
/** An encoder that makes no key frame for so long makes none. */
const longestSegmentMs = 4 * segmentMs;

/** ffmpeg's output can't be cut. */
export class NoKeyFrameError extends Error {
  override readonly name = 'NoKeyFrameError';
  readonly code = 'NO_KEY_FRAME';
}

/**
 * A segment begins at the first key frame at or after its grid start, by the time at which pictures went in, and is complete when the
 * next one begins. Other key frames begin nothing.
 *
 * A picture lasts until the next one. While pictures come at a steady pace that end is known before: a part is complete with its last
 * picture. If the next picture comes at another time than foreseen, it begins where the part has ended, and makes up for it by its
 * own duration; so there are no holes, and no later picture is displaced.
 */
export class VideoSegmenter implements Segmenter {
  readonly #options: VideoSegmenterOptions;
  /** Parts of a segment by the grid. What comes later than the grid says, or was left by parts that were full, is in further ones. */
  readonly #steps: number;
  /** The longest part that players are told of. */
  readonly #longestTicks: number;
  readonly #cadence = new Cadence();
  #untilNumber = Number.POSITIVE_INFINITY;
  #number = -1;
  #open?: OpenSegment | undefined;
  /** The part of the grid that waiting pictures are of, or that the next one is of at least. */
  #step = 0;
  /** How much later pictures come out than they went in, as shown and as decoded; known from the first picture on. */
  #later?: { readonly shownMs: number; readonly decodedMs: number };
  #saidTicks = Number.NEGATIVE_INFINITY;
  #placedTicks = Number.NEGATIVE_INFINITY;
  /** Where the last picture ends, if it has been handed on. */
  #endTicks?: number | undefined;
  /** Where the last part ends. */
  #partsEndTicks = Number.POSITIVE_INFINITY;
  #opening?: PlacedSample;
  #frameTicks: number;

  constructor(options: VideoSegmenterOptions) {
    this.#options = options;
    this.#steps = segmentMs / options.partMs;
    this.#frameTicks = this.#ticks(1000 / options.frameRate);
    this.#longestTicks = this.#ticks(partTargetMs(options.partMs, 1000 / options.frameRate));
  }

  stopBefore(number: number): void {
    this.#untilNumber = Math.min(this.#untilNumber, number);
  }

  get done(): boolean {
    return this.#number >= this.#untilNumber;
  }

  /** Stream time, as pictures go in, at which the first part begins that isn't out; undefined before the first one begins. */
  get partsThroughMs(): number | undefined {
    if (this.#number < 0 || !this.#later) return undefined;
    const lineMs = segmentStartMs(this.#number) + Math.min(this.#step, this.#steps) * this.#options.partMs;
    const endMs = (this.#partsEndTicks * 1000) / this.#options.timescale - this.#later.decodedMs;
    return Math.min(lineMs, endMs);
  }

  push(sample: EncodedSample): readonly Cut[] {
    if (this.done) return [];
    const { dtsMs, compositionOffsetMs, keyframe, data } = sample;
    this.#later ??= this.#laterOf(sample);
    const later = this.#later;
    const saidTicks = this.#ticks(dtsMs);
    if (saidTicks <= this.#saidTicks) return [];
    const number = segmentNumberAt(dtsMs + compositionOffsetMs - later.shownMs);
    const begins = keyframe && number > this.#number && number >= this.#options.fromNumber;
    if (!begins && !this.#open) return [];
    const dtsTicks = this.#place(saidTicks);
    const inputMs = dtsMs - later.decodedMs;
    const cuts = begins ? this.#begin(number, inputMs, dtsTicks) : this.#goOn(inputMs, dtsTicks);
    if (this.done) return cuts;
    if (!begins) this.#frameTicks = Math.min(saidTicks - this.#saidTicks, this.#ticks(maxHoldMs));
    this.#saidTicks = saidTicks;
    this.#placedTicks = dtsTicks;
    this.#cadence.push(dtsMs);
    const compositionOffsetTicks = this.#ticks(compositionOffsetMs);
    const placed = { dtsTicks, durationTicks: 0, data, keyframe, compositionOffsetTicks };
    if (begins) this.#opening = placed;
    this.#open!.add(placed);
    return [...cuts, ...this.#closeEarly()];
  }

  finish(): readonly Cut[] {
    if (this.done) return [];
    const cuts = this.#closeSegment(this.#placedTicks + this.#frameTicks);
    this.#number = Math.max(this.#number, this.#untilNumber);
    return cuts;
  }

  #laterOf({ dtsMs, compositionOffsetMs }: EncodedSample): { shownMs: number; decodedMs: number } {
    const firstShownMs = dtsMs + compositionOffsetMs;
    const laterMs = firstShownMs - (this.#options.firstPictureMs ?? firstShownMs);
    const shownMs = laterMs > 0 && laterMs <= maxReorderMs ? laterMs : 0;
    return { shownMs, decodedMs: shownMs - compositionOffsetMs };
  }

  /** Pictures go where ffmpeg says, or to the end of the one before if that has been handed on. */
  #place(saidTicks: number): number {
    const endTicks = this.#endTicks;
    this.#endTicks = undefined;
    if (endTicks === undefined) return Math.max(saidTicks, this.#placedTicks + this.#ticks(1));
    return saidTicks - endTicks > this.#ticks(maxHoldMs) ? saidTicks : endTicks;
  }

  #begin(number: number, inputMs: number, atTicks: number): readonly Cut[] {
    const cuts = this.#closeSegment(atTicks);
    this.#number = number;
    this.#step = this.#stepAt(inputMs);
    if (!this.done) this.#open = new OpenSegment(number, this.#options);
    return cuts;
  }

  #goOn(inputMs: number, atTicks: number): readonly Cut[] {
    const lateMs = inputMs - segmentStartMs(this.#number);
    if (lateMs > longestSegmentMs) throw new NoKeyFrameError(`No key frame for ${Math.round(lateMs)} ms`);
    return this.#closeTo(this.#stepAt(inputMs), atTicks);
  }

  #stepAt(inputMs: number): number {
    const step = Math.floor((inputMs - segmentStartMs(this.#number)) / this.#options.partMs);
    return Math.max(0, Math.min(step, this.#steps));
  }

  #closeSegment(endTicks: number): readonly Cut[] {
    const open = this.#open;
    if (!open) return [];
    const parts = this.#closeTo(mostParts, endTicks);
    this.#open = undefined;
    return [...parts, { segment: { ...open.whole(), ...(this.#opening && { opening: this.#opening }) } }];
  }

  /** Closes what is waiting until the next picture, which begins at `nextTicks`, is one of part `step`. */
  #closeTo(step: number, nextTicks: number): readonly Cut[] {
    const cuts: Cut[] = [];
    for (let last = this.#lastWaiting; last && this.#step < step; last = this.#lastWaiting) {
      // A picture held over a gap of several segments would hide the gap from the player.
      const isGap = nextTicks - last.dtsTicks > this.#ticks(maxHoldMs);
      cuts.push({ part: this.#closePart(isGap ? last.dtsTicks + this.#frameTicks : nextTicks) });
    }
    this.#step = Math.max(this.#step, step);
    return cuts;
  }

  /**
   * If the part would be longer than players are told, because pictures are lost where it ends, the last ones begin the next part
   * instead. The last part that a segment can have takes what is left.
   */
  #closePart(nextTicks: number): Part {
    const open = this.#open!;
    const { waiting } = open;
    const mostTicks = waiting[0]!.dtsTicks + this.#longestTicks;
    let count = waiting.length;
    let endTicks = nextTicks;
    while (this.#step < mostParts - 1 && count > 1 && endTicks > mostTicks) {
      count--;
      endTicks = waiting[count]!.dtsTicks;
    }
    this.#step++;
    const part = open.closePart(endTicks, count);
    this.#partsEndTicks = endTicks;
    const nextMs = this.partsThroughMs;
    return nextMs === undefined ? part : { ...part, nextMs };
  }

  /** Closes the part with its last picture, if that is foreseen to be the last. */
  #closeEarly(): readonly Cut[] {
    const endTicks = this.#foreseenEnd();
    if (endTicks === undefined) return [];
    const cuts = this.#closeTo(this.#step + 1, endTicks);
    if (!this.#lastWaiting) this.#endTicks = endTicks;
    return cuts;
  }

  #foreseenEnd(): number | undefined {
    if (this.#step >= this.#steps) return undefined;
    const { pace } = this.#cadence;
    if (!pace) return undefined;
    const { pictureStep = 1 } = this.#options;
    // Where a segment ends, the next picture is the first of all that go in.
    const nearest = this.#step === this.#steps - 1 ? 1 : pictureStep;
    for (let count = nearest; count <= pictureStep; count++) {
      const nextMs = Math.round(pace.lastMs + (count * pace.distanceMs) / pictureStep);
      if (nextMs - pace.jitterMs >= this.#lineMs)
        return Math.max(this.#ticks(nextMs), this.#placedTicks + this.#ticks(1));
    }
    return undefined;
  }

  /** Where the grid ends the part, in the time of output. */
  get #lineMs(): number {
    const partsMs = (this.#step + 1) * this.#options.partMs;
    return segmentStartMs(this.#number) + partsMs + (this.#later?.decodedMs ?? 0);
  }

  get #lastWaiting(): PlacedSample | undefined {
    return this.#open?.waiting.at(-1);
  }

  #ticks(ms: number): number {
    return Math.round((ms * this.#options.timescale) / 1000);
  }
}
