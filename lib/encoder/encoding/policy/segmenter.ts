import { type CmafSample, mediaChunk } from '../../../packaging/cmaf/chunk.ts';
import { defaultPartMs, mostParts, segmentMs, segmentNumberAt } from '../../../packaging/segment-grid.ts';

/** One encoded picture or audio frame as it leaves ffmpeg, in stream time. */
export interface EncodedSample {
  readonly dtsMs: number;
  readonly compositionOffsetMs: number;
  readonly keyframe: boolean;
  readonly data: Buffer;
}

/** One segment of a track. `chunks` are its parts in order, each as a list of buffers. */
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

export interface SegmenterOptions {
  readonly kind: 'video' | 'audio';
  /** The track's ticks per second. */
  readonly timescale: number;
  /** The first segment to make: samples before it are dropped. */
  readonly fromNumber: number;
  /**
   * Stream time at which the first picture went into ffmpeg. It comes out later by the publisher's reordering delay
   * (B-frames), and so do the grid's key frames: cells are counted from that first picture, exactly as in ffmpeg's arguments.
   * So all encoders of a broadcast cut at the same pictures, wherever they start.
   * @default when the first picture comes out
   */
  readonly firstPictureMs?: number;
}

const audioFrameTicks = 1024;
/** ffmpeg's timestamps may be half a frame away from the grid, and are rounded: only what is more than this is another frame's. */
const mostFramesApart = 0.75;
/** Upper bound on reordering; anything beyond it is a picture that ffmpeg could not decode. */
const maxReorderMs = 1000;
/** Longest duration of one picture; a longer gap stays a gap in the timeline. */
const maxHoldMs = segmentMs;

interface PendingSample extends CmafSample {
  readonly dtsTicks: number;
}

/**
 * Cuts one track into segments on the grid, and segments into parts.
 *
 * Video: a segment begins at the first key frame at or after its grid start, by the time at which pictures went in. A picture
 * lasts until the next one, so a segment is complete when the next begins. Audio: frame k covers samples [1024·k, 1024·(k+1))
 * of stream time in every run of every worker, so one encoder takes over from another seamlessly; `EncoderRun` sees to it that
 * ffmpeg counts alike. A frame belongs to the segment that it begins in.
 *
 * A segment without samples isn't made: its number is missing from the output.
 */
export class Segmenter {
  readonly #kind: 'video' | 'audio';
  readonly #timescale: number;
  readonly #fromNumber: number;
  readonly #firstPictureMs?: number;
  /** How much later pictures come out than they went in; known from the first picture on. */
  #reorderMs?: number;
  #untilNumber = Number.POSITIVE_INFINITY;
  #number = -1;
  #samples: PendingSample[] = [];
  #nextAudioTicks?: number;
  #frameTicks: number;

  constructor(options: SegmenterOptions) {
    this.#kind = options.kind;
    this.#timescale = options.timescale;
    this.#fromNumber = options.fromNumber;
    if (options.firstPictureMs !== undefined) this.#firstPictureMs = options.firstPictureMs;
    this.#frameTicks = options.kind === 'audio' ? audioFrameTicks : Math.round(options.timescale / 30);
  }

  /** Makes nothing from this segment on: another encoder does. */
  stopBefore(number: number): void {
    this.#untilNumber = Math.min(this.#untilNumber, number);
  }

  /** True when every segment that this one should make is out. */
  get done(): boolean {
    return this.#number >= this.#untilNumber;
  }

  /** Takes the next sample in decoding order; returns the segment that it completes. */
  push(sample: EncodedSample): Segment | undefined {
    if (this.done) return undefined;
    return this.#kind === 'video' ? this.#pushVideo(sample) : this.#pushAudio(sample);
  }

  /** No sample follows: returns what is left, its last sample as long as the one before. */
  finish(): Segment | undefined {
    if (this.done) return undefined;
    const last = this.#samples.at(-1);
    const segment = last && this.#close(last.dtsTicks + this.#frameTicks);
    this.#number = Math.max(this.#number, this.#untilNumber);
    return segment;
  }

  #pushVideo(sample: EncodedSample): Segment | undefined {
    const dtsTicks = this.#ticks(sample.dtsMs);
    const shownMs = sample.dtsMs + sample.compositionOffsetMs;
    this.#reorderMs ??= this.#reorderOf(shownMs);
    const last = this.#samples.at(-1);
    if (last && dtsTicks <= last.dtsTicks) return undefined;
    const number = segmentNumberAt(shownMs - this.#reorderMs);
    const begins = sample.keyframe && number > this.#number && number >= this.#fromNumber;
    let segment: Segment | undefined;
    if (begins) {
      if (last) segment = this.#close(dtsTicks);
      this.#number = number;
      if (this.done) return segment;
    } else if (this.#number < 0) return undefined;
    this.#samples.push({
      dtsTicks,
      durationTicks: 0,
      data: sample.data,
      keyframe: sample.keyframe,
      compositionOffsetTicks: this.#ticks(sample.compositionOffsetMs),
    });
    if (last && !begins) this.#frameTicks = Math.min(dtsTicks - last.dtsTicks, this.#ticks(maxHoldMs));
    return segment;
  }

  #reorderOf(firstShownMs: number): number {
    const laterMs = firstShownMs - (this.#firstPictureMs ?? firstShownMs);
    return laterMs > 0 && laterMs <= maxReorderMs ? laterMs : 0;
  }

  #pushAudio(sample: EncodedSample): Segment | undefined {
    const dtsTicks = this.#audioTicks(sample.dtsMs);
    if (dtsTicks === undefined) return undefined;
    const number = Math.floor((dtsTicks * 1000) / this.#timescale / segmentMs);
    if (number < this.#fromNumber) return undefined;
    let segment: Segment | undefined;
    if (number > this.#number) {
      if (this.#samples.length > 0) segment = this.#close(dtsTicks);
      this.#number = number;
      if (this.done) return segment;
    }
    this.#samples.push({ dtsTicks, durationTicks: 0, data: sample.data, keyframe: true });
    return segment;
  }

  /**
   * The frame's position: right after the last one, unless ffmpeg's timestamp is closer to another. Undefined if a frame is there
   * already: where other sound begins, the old may have reached further.
   */
  #audioTicks(dtsMs: number): number | undefined {
    const saidTicks = this.#ticks(dtsMs);
    const expected = this.#nextAudioTicks ?? Math.round(saidTicks / audioFrameTicks) * audioFrameTicks;
    const apart = (saidTicks - expected) / audioFrameTicks;
    const skipped = Math.abs(apart) > mostFramesApart ? Math.round(apart) : 0;
    if (skipped < 0) return undefined;
    const ticks = expected + skipped * audioFrameTicks;
    this.#nextAudioTicks = ticks + audioFrameTicks;
    return ticks;
  }

  #close(endTicks: number): Segment {
    const samples = this.#samples;
    this.#samples = [];
    const startTicks = samples[0]!.dtsTicks;
    const last = samples.at(-1)!;
    const lastTicks = endTicks - last.dtsTicks;
    // A picture held over a gap of several segments would hide the gap from the player.
    const heldTicks = lastTicks > this.#ticks(maxHoldMs) ? this.#frameTicks : lastTicks;
    const chunks = this.#parts(samples).map((part, index) => {
      const next = (at: number): number =>
        part.samples[at + 1]?.dtsTicks ?? part.endTicks ?? last.dtsTicks + heldTicks;
      return mediaChunk({
        sequenceNumber: this.#number * mostParts * 2 + index + 1,
        baseMediaDecodeTime: part.samples[0]!.dtsTicks,
        samples: part.samples.map((sample, at) => ({ ...sample, durationTicks: next(at) - sample.dtsTicks })),
        styp: index === 0 ? 'segment' : 'chunk',
      });
    });
    return {
      number: this.#number,
      startTicks,
      durationTicks: last.dtsTicks + heldTicks - startTicks,
      samples: samples.length,
      bytes: chunks.flat().reduce((sum, { length }) => sum + length, 0),
      chunks,
      ...(this.#kind === 'video' && { opening: samples[0]! }),
    };
  }

  /** The samples of each part, and where the next part begins. */
  #parts(samples: readonly PendingSample[]): { samples: PendingSample[]; endTicks?: number }[] {
    const parts: { samples: PendingSample[]; endTicks?: number }[] = [];
    let step = -1;
    for (const sample of samples) {
      const at = Math.floor((sample.dtsTicks * 1000) / this.#timescale / defaultPartMs);
      const current = parts.at(-1);
      if (current && at === step) current.samples.push(sample);
      else {
        if (current) current.endTicks = sample.dtsTicks;
        parts.push({ samples: [sample] });
        step = at;
      }
    }
    return parts;
  }

  #ticks(ms: number): number {
    return Math.round((ms * this.#timescale) / 1000);
  }
}
