import { segmentMs } from '../../../../packaging/segment-grid.ts';
import { OpenSegment } from './open-segment.ts';
import type { Cut, EncodedSample, Segmenter, SegmenterOptions } from './segmenter.ts';

const frameTicks = 1024;
/** ffmpeg's timestamps may be half a frame away from the grid, and are rounded: only what is more than this is another frame's. */
const mostFramesApart = 0.75;

/**
 * Frame k covers samples [1024·k, 1024·(k+1)) of stream time in every run of every worker, so one encoder takes over from another
 * seamlessly; `EncoderRun` sees to it that ffmpeg counts alike. So a part is complete with its last frame.
 */
export class AudioSegmenter implements Segmenter {
  readonly #options: SegmenterOptions;
  #untilNumber = Number.POSITIVE_INFINITY;
  #number = -1;
  #open?: OpenSegment | undefined;
  #nextTicks?: number;

  constructor(options: SegmenterOptions) {
    this.#options = options;
  }

  stopBefore(number: number): void {
    this.#untilNumber = Math.min(this.#untilNumber, number);
  }

  get done(): boolean {
    return this.#number >= this.#untilNumber;
  }

  push({ dtsMs, data }: EncodedSample): readonly Cut[] {
    if (this.done) return [];
    const dtsTicks = this.#place(dtsMs);
    if (dtsTicks === undefined) return [];
    const number = this.#cellAt(dtsTicks, segmentMs);
    if (number < this.#options.fromNumber) return [];
    const cuts: Cut[] = [];
    if (number > this.#number) {
      cuts.push(...this.#closeSegment(dtsTicks));
      this.#number = number;
      if (this.done) return cuts;
      this.#open = new OpenSegment(number, this.#options);
    }
    const open = this.#open!;
    const last = open.waiting.at(-1);
    if (last && this.#isOtherPart(last.dtsTicks, dtsTicks))
      cuts.push({ part: open.closePart(this.#endOf(last.dtsTicks, dtsTicks)) });
    open.add({ dtsTicks, durationTicks: 0, data, keyframe: true });
    const endTicks = dtsTicks + frameTicks;
    if (this.#isOtherPart(dtsTicks, endTicks)) cuts.push({ part: open.closePart(endTicks) });
    return cuts;
  }

  finish(): readonly Cut[] {
    if (this.done) return [];
    const cuts = this.#closeSegment(this.#nextTicks ?? 0);
    this.#number = Math.max(this.#number, this.#untilNumber);
    return cuts;
  }

  #closeSegment(endTicks: number): readonly Cut[] {
    const open = this.#open;
    if (!open) return [];
    this.#open = undefined;
    const last = open.waiting.at(-1);
    const parts = last ? [{ part: open.closePart(this.#endOf(last.dtsTicks, endTicks)) }] : [];
    return [...parts, { segment: open.whole() }];
  }

  /** A hole is the last frame's; a longer one stays a hole. */
  #endOf(lastTicks: number, nextTicks: number): number {
    const isHole = (nextTicks - lastTicks) * 1000 > segmentMs * this.#options.timescale;
    return isHole ? lastTicks + frameTicks : nextTicks;
  }

  /**
   * The frame's position: right after the last one, unless ffmpeg's timestamp is closer to another. Undefined if a frame is there
   * already: where other sound begins, the old may have reached further.
   */
  #place(dtsMs: number): number | undefined {
    const saidTicks = Math.round((dtsMs * this.#options.timescale) / 1000);
    const expected = this.#nextTicks ?? Math.round(saidTicks / frameTicks) * frameTicks;
    const apart = (saidTicks - expected) / frameTicks;
    const skipped = Math.abs(apart) > mostFramesApart ? Math.round(apart) : 0;
    if (skipped < 0) return undefined;
    const ticks = expected + skipped * frameTicks;
    this.#nextTicks = ticks + frameTicks;
    return ticks;
  }

  #isOtherPart(oneTicks: number, otherTicks: number): boolean {
    const { partMs } = this.#options;
    return this.#cellAt(oneTicks, partMs) !== this.#cellAt(otherTicks, partMs);
  }

  #cellAt(ticks: number, cellMs: number): number {
    return Math.floor((ticks * 1000) / this.#options.timescale / cellMs);
  }
}
