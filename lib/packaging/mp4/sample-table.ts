import { box, fullBox, u32 } from '../cmaf/box.ts';
import { CmafError } from '../cmaf/errors.ts';
import { GrowingNumbers, RunLengths } from './growing-numbers.ts';

/** A sample of a file, in decoding order. Times are in the track's timescale. */
export interface TableSample {
  readonly decodeTicks: number;
  readonly durationTicks: number;
  readonly compositionOffsetTicks: number;
  readonly keyframe: boolean;
  readonly sizeBytes: number;
}

/**
 * The sample table of a track (ISO/IEC 14496-12 8.5 to 8.7), for samples that come in chunks: runs without anything of another track
 * in between. A sample lasts until the next one is decoded: where media is missing, the last picture stays.
 */
export class SampleTable {
  readonly #sizes = new GrowingNumbers();
  readonly #durations = new RunLengths();
  readonly #offsets = new RunLengths();
  readonly #keyframes = new GrowingNumbers();
  readonly #chunkOffsets = new GrowingNumbers(true);
  /** First chunk, samples per chunk, sample entry; one for each run of chunks alike. */
  readonly #chunkRuns = new GrowingNumbers();
  #firstDecodeTicks = 0;
  #lastDecodeTicks = 0;
  #lastDurationTicks = 0;

  get samples(): number {
    return this.#sizes.length;
  }

  get chunks(): number {
    return this.#chunkOffsets.length;
  }

  /** Decoding time of the first sample, which is 0 in the file. */
  get firstDecodeTicks(): number {
    return this.#firstDecodeTicks;
  }

  /** From the first sample to the end of the last. */
  get durationTicks(): number {
    return this.#lastDecodeTicks + this.#lastDurationTicks - this.#firstDecodeTicks;
  }

  /**
   * Adds a chunk. `offset`: where its first byte is, after the first byte of all media. `entry`: which sample entry its samples need,
   * from 1. Throws `CmafError` `CMAF_BAD_INPUT` if a sample is decoded before its predecessor.
   */
  addChunk(samples: readonly TableSample[], offset: number, entry: number): void {
    if (samples.length === 0) return;
    for (const sample of samples) this.#add(sample);
    this.#chunkOffsets.push(offset);
    const last = this.#chunkRuns.length - 3;
    const isAlike =
      last >= 0 && this.#chunkRuns.at(last + 1) === samples.length && this.#chunkRuns.at(last + 2) === entry;
    if (isAlike) return;
    this.#chunkRuns.push(this.#chunkOffsets.length);
    this.#chunkRuns.push(samples.length);
    this.#chunkRuns.push(entry);
  }

  #add({ decodeTicks, durationTicks, compositionOffsetTicks, keyframe, sizeBytes }: TableSample): void {
    if (this.samples === 0) this.#firstDecodeTicks = decodeTicks;
    else if (decodeTicks < this.#lastDecodeTicks) {
      throw new CmafError('CMAF_BAD_INPUT', 'A sample is decoded before its predecessor');
    } else this.#durations.push(decodeTicks - this.#lastDecodeTicks);
    this.#lastDecodeTicks = decodeTicks;
    this.#lastDurationTicks = durationTicks;
    this.#sizes.push(sizeBytes);
    this.#offsets.push(compositionOffsetTicks);
    if (keyframe) this.#keyframes.push(this.samples);
  }

  /** Whether it can go on for this many bytes with 32-bit offsets is the caller's business: `wide` says that it can't. */
  stbl(sampleEntries: readonly Buffer[], mediaStart: number, wide: boolean): Buffer {
    const durations = Buffer.concat([
      this.#durations.u32(),
      ...(this.samples > 0 ? [u32(1, this.#lastDurationTicks)] : []),
    ]);
    const runs = this.#chunkRuns.length / 3;
    return box(
      'stbl',
      fullBox('stsd', 0, 0, u32(sampleEntries.length), ...sampleEntries),
      fullBox('stts', 0, 0, u32(durations.length / 8), durations),
      ...(this.#offsets.isZero ? [] : [fullBox('ctts', 1, 0, u32(this.#offsets.runs), this.#offsets.u32())]),
      ...(this.#keyframes.length === this.samples
        ? []
        : [fullBox('stss', 0, 0, u32(this.#keyframes.length), this.#keyframes.u32())]),
      fullBox('stsc', 0, 0, u32(runs), this.#chunkRuns.u32()),
      fullBox('stsz', 0, 0, u32(0, this.samples), this.#sizes.u32()),
      this.#chunkOffsetBox(mediaStart, wide),
    );
  }

  #chunkOffsetBox(mediaStart: number, wide: boolean): Buffer {
    const count = this.#chunkOffsets.length;
    const bytes = Buffer.allocUnsafe(count * (wide ? 8 : 4));
    for (let at = 0; at < count; at++) {
      const offset = mediaStart + this.#chunkOffsets.at(at);
      if (wide) bytes.writeBigUInt64BE(BigInt(offset), at * 8);
      else bytes.writeUInt32BE(offset, at * 4);
    }
    return fullBox(wide ? 'co64' : 'stco', 0, 0, u32(count), bytes);
  }
}
