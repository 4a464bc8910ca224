import type { CmafSample } from '../../../../packaging/cmaf/chunk.ts';
import type { Part } from './part.ts';

/** One encoded picture or audio frame as it leaves ffmpeg, in stream time. */
export interface EncodedSample {
  readonly dtsMs: number;
  readonly compositionOffsetMs: number;
  readonly keyframe: boolean;
  readonly data: Buffer;
}

/** One segment of a track. `chunks` are those of its parts in order, each as a list of buffers. */
export interface Segment {
  readonly number: number;
  readonly startTicks: number;
  readonly durationTicks: number;
  readonly samples: number;
  readonly bytes: number;
  readonly chunks: readonly (readonly Buffer[])[];
  /** Of pictures: the first sample, a key frame. */
  readonly opening?: CmafSample;
}

/** What comes out of a segmenter: a part, or a segment, all of whose parts came out before. */
export type Cut = { readonly part: Part } | { readonly segment: Segment };

/**
 * Cuts one track into segments on the grid, and segments into parts, which end at each multiple of the part length. A sample belongs
 * to the segment and to the part that it begins in. A segment without samples isn't made: its number is missing from the output.
 */
export interface Segmenter {
  /** True when every segment that this one should make is out. */
  readonly done: boolean;
  /** Makes nothing from this segment on: another encoder does. */
  stopBefore(number: number): void;
  /** Takes the next sample in decoding order; returns what it completes. */
  push(sample: EncodedSample): readonly Cut[];
  /** No sample follows: returns what is left, its last sample as long as the one before. */
  finish(): readonly Cut[];
}

export interface SegmenterOptions {
  /** The track's ticks per second. */
  readonly timescale: number;
  /** The first segment to make: samples before it are dropped. */
  readonly fromNumber: number;
  /** The encoder run that parts name. */
  readonly run: number;
  /** One of `partLengthsMs`. */
  readonly partMs: number;
  /** Unix ms of stream time 0, once it is known: the first part of each segment carries it (`prft`). */
  readonly startedAtMs?: () => number | undefined;
}
