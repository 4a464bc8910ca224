import { ascii, box, fullBox, u32, u64 } from './box.ts';
import { CmafError } from './errors.ts';
import { type ProducerReference, producerReferenceBox } from './producer-reference.ts';

export interface CmafSample {
  readonly durationTicks: number;
  /** The sample as stored in the file: length-prefixed NAL units, or one AAC access unit. Not copied. */
  readonly data: Uint8Array;
  /** A sync sample. Every AAC access unit is one. */
  readonly keyframe: boolean;
  /** Presentation minus decoding time; signed. @default 0 */
  readonly compositionOffsetTicks?: number;
}

export interface CmafChunk {
  /** Increases by one from chunk to chunk of a track (`mfhd`). Written modulo 2³². */
  readonly sequenceNumber: number;
  /** Decoding time of the first sample in the track's timescale: `tfdt`. */
  readonly baseMediaDecodeTime: number | bigint;
  /** At least one. */
  readonly samples: readonly CmafSample[];
  /** Default 1. */
  readonly trackId?: number;
  /** `segment`: this chunk starts a segment. `chunk`: it continues one. @default no `styp` */
  readonly styp?: 'segment' | 'chunk';
  /** Wall clock time at which a media time was encoded or captured. */
  readonly producerReference?: ProducerReference;
  /** From `eventMessageBox`. */
  readonly events?: readonly Buffer[];
}

const syncFlags = 0x0200_0000; // sample_depends_on 2: on no other
const nonSyncFlags = 0x0101_0000; // sample_depends_on 1, sample_is_non_sync_sample

/**
 * One CMAF chunk (ISO/IEC 23000-19 7.3.2.3): `styp`, `prft`, `emsg`, then `moof` and `mdat`, as a list of buffers: the head,
 * followed by the samples' own buffers. Consecutive chunks form a fragment or a segment.
 *
 * Throws `CmafError` `CMAF_BAD_INPUT` for no samples or a value that does not fit its field.
 */
export function mediaChunk(chunk: CmafChunk): Buffer[] {
  const { samples } = chunk;
  if (samples.length === 0) throw new CmafError('CMAF_BAD_INPUT', 'A chunk needs at least one sample');
  const trackId = chunk.trackId ?? 1;
  const mdatBytes = samples.reduce((sum, sample) => sum + sample.data.length, 8);
  try {
    const moof = movieFragment(chunk, trackId);
    const mdatHead = Buffer.concat([u32(mdatBytes), ascii('mdat')]);
    const head = [...preamble(chunk, trackId), moof, mdatHead];
    return [Buffer.concat(head), ...samples.map(({ data }) => asBuffer(data))];
  } catch (cause) {
    throw new CmafError('CMAF_BAD_INPUT', 'A value does not fit its field', { cause });
  }
}

function preamble(chunk: CmafChunk, trackId: number): Buffer[] {
  const boxes: Buffer[] = [];
  // `msdh` is DASH's media segment, `cmfs`, `cmff` and `cmfl` are CMAF's segment, fragment and chunk.
  if (chunk.styp === 'segment') {
    boxes.push(
      box('styp', ascii('cmfs'), u32(0), ascii('cmfs'), ascii('cmff'), ascii('cmfl'), ascii('msdh')),
    );
  } else if (chunk.styp === 'chunk') {
    boxes.push(box('styp', ascii('cmfl'), u32(0), ascii('cmfl')));
  }
  if (chunk.producerReference) boxes.push(producerReferenceBox(chunk.producerReference, trackId));
  return [...boxes, ...(chunk.events ?? [])];
}

function movieFragment(chunk: CmafChunk, trackId: number): Buffer {
  const { samples } = chunk;
  const firstDuration = samples[0]!.durationTicks;
  const uniformDuration = samples.every((sample) => sample.durationTicks === firstDuration);
  const restFlags = samples[1]?.keyframe === false ? nonSyncFlags : syncFlags;
  const uniformRest = samples.every((sample, index) => index === 0 || sampleFlags(sample) === restFlags);
  const defaultFlags = samples.length === 1 ? sampleFlags(samples[0]!) : restFlags;
  const defaultBaseIsMoof = 0x02_0000;
  const tfhd = fullBox('tfhd', 0, defaultBaseIsMoof | 0x08 | 0x20, u32(trackId, firstDuration, defaultFlags));
  const tfdt = fullBox('tfdt', 1, 0, u64(chunk.baseMediaDecodeTime));
  const trun = trackRun(samples, {
    durations: !uniformDuration,
    firstFlags: uniformRest && sampleFlags(samples[0]!) !== defaultFlags,
    flags: !uniformRest,
    offsets: samples.some((sample) => (sample.compositionOffsetTicks ?? 0) !== 0),
  });
  const mfhd = fullBox('mfhd', 0, 0, u32(chunk.sequenceNumber >>> 0));
  const moof = box('moof', mfhd, box('traf', tfhd, tfdt, trun));
  // data_offset, relative to the moof, is now known: the first sample follows the mdat header.
  const trunStart = moof.length - trun.length;
  moof.writeInt32BE(moof.length + 8, trunStart + 16);
  return moof;
}

interface RunFields {
  readonly durations: boolean;
  readonly firstFlags: boolean;
  readonly flags: boolean;
  readonly offsets: boolean;
}

/** `trun` version 1: signed composition offsets (ISO/IEC 14496-12 8.8.8). */
function trackRun(samples: readonly CmafSample[], has: RunFields): Buffer {
  const flags =
    0x201 |
    (has.firstFlags ? 0x4 : 0) |
    (has.durations ? 0x100 : 0) |
    (has.flags ? 0x400 : 0) |
    (has.offsets ? 0x800 : 0);
  const perSample = 4 * (1 + Number(has.durations) + Number(has.flags) + Number(has.offsets));
  const body = Buffer.alloc(8 + (has.firstFlags ? 4 : 0) + perSample * samples.length);
  let at = body.writeUInt32BE(samples.length, 0) + 4; // the data offset is filled in later
  if (has.firstFlags) at = body.writeUInt32BE(sampleFlags(samples[0]!), at);
  for (const sample of samples) {
    if (has.durations) at = body.writeUInt32BE(sample.durationTicks, at);
    at = body.writeUInt32BE(sample.data.length, at);
    if (has.flags) at = body.writeUInt32BE(sampleFlags(sample), at);
    if (has.offsets) at = body.writeInt32BE(sample.compositionOffsetTicks ?? 0, at);
  }
  return fullBox('trun', 1, flags, body);
}

const sampleFlags = (sample: CmafSample): number => (sample.keyframe ? syncFlags : nonSyncFlags);

function asBuffer(data: Uint8Array): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
