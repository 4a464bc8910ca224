import { type CmafSample, mediaChunk } from '../../../../packaging/cmaf/chunk.ts';
import { mostParts } from '../../../../packaging/segment-grid.ts';
import type { Part } from './part.ts';
import type { Segment, SegmenterOptions } from './segmenter.ts';

export interface PlacedSample extends CmafSample {
  readonly dtsTicks: number;
}

/** A segment that is being made: samples wait for the end of their part, parts for the end of the segment. */
export class OpenSegment {
  readonly number: number;
  readonly #options: SegmenterOptions;
  readonly #parts: Part[] = [];
  #waiting: PlacedSample[] = [];
  #samples = 0;

  constructor(number: number, options: SegmenterOptions) {
    this.number = number;
    this.#options = options;
  }

  /** Samples of the part that isn't closed yet. */
  get waiting(): readonly PlacedSample[] {
    return this.#waiting;
  }

  add(sample: PlacedSample): void {
    this.#samples++;
    this.#waiting.push(sample);
  }

  /** Makes a part of the waiting samples, or of the first `count` of them. There must be one. */
  closePart(endTicks: number, count = this.#waiting.length): Part {
    const samples = this.#waiting.splice(0, count);
    const index = this.#parts.length;
    const startTicks = samples[0]!.dtsTicks;
    const wallClockMs = index === 0 ? this.#wallMsAt(startTicks) : undefined;
    const chunk = mediaChunk({
      sequenceNumber: this.number * mostParts * 2 + index + 1,
      baseMediaDecodeTime: startTicks,
      samples: samples.map((sample, at) => ({
        ...sample,
        durationTicks: (samples[at + 1]?.dtsTicks ?? endTicks) - sample.dtsTicks,
      })),
      styp: index === 0 ? 'segment' : 'chunk',
      ...(wallClockMs !== undefined && { producerReference: { wallClockMs, mediaTime: startTicks } }),
    });
    const part: Part = {
      run: this.#options.run,
      number: this.number,
      index,
      startTicks,
      durationTicks: endTicks - startTicks,
      bytes: chunk.reduce((sum, { length }) => sum + length, 0),
      independent: samples[0]!.keyframe,
      chunk,
    };
    this.#parts.push(part);
    return part;
  }

  /** The segment, once all its parts are closed. */
  whole(): Segment {
    const last = this.#parts.at(-1)!;
    const { startTicks } = this.#parts[0]!;
    return {
      number: this.number,
      startTicks,
      durationTicks: last.startTicks + last.durationTicks - startTicks,
      samples: this.#samples,
      bytes: this.#parts.reduce((sum, { bytes }) => sum + bytes, 0),
      chunks: this.#parts.map(({ chunk }) => chunk),
    };
  }

  #wallMsAt(ticks: number): number | undefined {
    const { startedAtMs, timescale } = this.#options;
    const fromMs = startedAtMs?.();
    return fromMs === undefined ? undefined : fromMs + (ticks * 1000) / timescale;
  }
}
