import { BitReader, unescapeNal } from './bit-reader.ts';
import { CodecConfigError } from './errors.ts';

/** The parts we need of a sequence parameter set (ITU-T H.264 7.3.2.1.1 and annex E.1.1). */
export interface AvcSps {
  readonly profile: number;
  /** constraint_set0_flag … as one byte. */
  readonly constraints: number;
  /** Level times ten: 31 is 3.1. */
  readonly level: number;
  /** In luma samples, after cropping. */
  readonly width: number;
  readonly height: number;
  /** False for fields or field/frame adaptive coding. */
  readonly progressive: boolean;
  /** 1:1 if the stream does not specify it. */
  readonly sampleAspectRatio: { readonly width: number; readonly height: number };
  /** Frames per second from the VUI as a fraction; undefined if absent. */
  readonly frameRate: { readonly numerator: number; readonly denominator: number } | undefined;
  readonly colour: AvcColour | undefined;
  readonly slices: AvcSliceSyntax;
}

/** What the syntax of slices depends on. */
export interface AvcSliceSyntax {
  /** Length of frame_num. */
  readonly frameNumBits: number;
  readonly pictureOrderType: number;
  /** Length of pic_order_cnt_lsb; 0 unless the type is 0. */
  readonly pictureOrderBits: number;
  /** Type 1: no slice has a delta_pic_order_cnt. */
  readonly pictureOrderDeltaAlwaysZero: boolean;
  readonly maxReferenceFrames: number;
  readonly macroblocks: number;
  /** chroma_format_idc; 0 where the three planes are coded as one each. */
  readonly chromaArrayType: number;
  readonly separatePlanes: boolean;
}

/** Code points of ISO/IEC 23091-2, as used in `colr`. */
export interface AvcColour {
  readonly primaries: number;
  readonly transfer: number;
  readonly matrix: number;
  readonly fullRange: boolean;
}

const highProfiles = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
/** Table E-1, from aspect_ratio_idc 1. */
const aspectRatios = [
  [1, 1],
  [12, 11],
  [10, 11],
  [16, 11],
  [40, 33],
  [24, 11],
  [20, 11],
  [32, 11],
  [80, 33],
  [18, 11],
  [15, 11],
  [64, 33],
  [160, 99],
  [4, 3],
  [3, 2],
  [2, 1],
] as const;
const extendedSar = 255;
const maxSideSamples = 16_384;

/** Reads an SPS NAL unit (with its one-byte header). Throws `CodecConfigError` `BAD_AVC_CONFIG`. */
export function parseAvcSps(nal: Uint8Array): AvcSps {
  if ((nal[0]! & 31) !== 7) throw new CodecConfigError('BAD_AVC_CONFIG', 'The NAL unit is not an SPS');
  try {
    return readSps(new BitReader(unescapeNal(nal.subarray(1))));
  } catch (cause) {
    if (cause instanceof CodecConfigError) throw cause;
    throw new CodecConfigError('BAD_AVC_CONFIG', 'The SPS is truncated or invalid', { cause });
  }
}

function readSps(bits: BitReader): AvcSps {
  const profile = bits.bits(8);
  const constraints = bits.bits(8);
  const level = bits.bits(8);
  bits.unsigned(); // seq_parameter_set_id
  const { chromaFormat, separatePlanes } = highProfiles.has(profile)
    ? readHighProfileFields(bits)
    : { chromaFormat: 1, separatePlanes: false };
  const frameNumBits = bounded(bits, 12, 'log2_max_frame_num_minus4') + 4;
  const pictureOrder = readPictureOrder(bits);
  const maxReferenceFrames = bounded(bits, 16, 'max_num_ref_frames');
  bits.skip(1); // gaps_in_frame_num_value_allowed_flag
  const widthInMbs = bits.unsigned() + 1;
  const heightInMapUnits = bits.unsigned() + 1;
  const progressive = bits.flag();
  if (!progressive) bits.skip(1); // mb_adaptive_frame_field_flag
  bits.skip(1); // direct_8x8_inference_flag
  const crop = bits.flag()
    ? { left: bits.unsigned(), right: bits.unsigned(), top: bits.unsigned(), bottom: bits.unsigned() }
    : { left: 0, right: 0, top: 0, bottom: 0 };
  // Equations 7-19 to 7-22: cropping is in chroma samples, and in field lines for interlaced video.
  const colourPlanes = separatePlanes ? 0 : chromaFormat;
  const cropX = colourPlanes === 1 || colourPlanes === 2 ? 2 : 1;
  const cropY = (colourPlanes === 1 ? 2 : 1) * (progressive ? 1 : 2);
  const width = widthInMbs * 16 - cropX * (crop.left + crop.right);
  const height = heightInMapUnits * 16 * (progressive ? 1 : 2) - cropY * (crop.top + crop.bottom);
  if (width < 1 || height < 1 || width > maxSideSamples || height > maxSideSamples) {
    throw new CodecConfigError('BAD_AVC_CONFIG', `The SPS has an invalid picture size of ${width}×${height}`);
  }
  const vui = bits.flag() ? readVui(bits) : noVui;
  const slices: AvcSliceSyntax = {
    frameNumBits,
    ...pictureOrder,
    maxReferenceFrames,
    macroblocks: widthInMbs * heightInMapUnits * (progressive ? 1 : 2),
    chromaArrayType: colourPlanes,
    separatePlanes,
  };
  return { profile, constraints, level, width, height, progressive, ...vui, slices };
}

function readHighProfileFields(bits: BitReader): { chromaFormat: number; separatePlanes: boolean } {
  const chromaFormat = bounded(bits, 3, 'chroma_format_idc');
  const separatePlanes = chromaFormat === 3 && bits.flag();
  bits.unsigned(); // bit_depth_luma_minus8
  bits.unsigned(); // bit_depth_chroma_minus8
  bits.skip(1); // qpprime_y_zero_transform_bypass_flag
  if (bits.flag()) {
    const lists = chromaFormat === 3 ? 12 : 8;
    for (let list = 0; list < lists; list++) if (bits.flag()) skipScalingList(bits, list < 6 ? 16 : 64);
  }
  return { chromaFormat, separatePlanes };
}

/** A code number that the standard limits (7.4.2.1.1): what follows from a larger one costs memory or means nothing. */
function bounded(bits: BitReader, most: number, field: string): number {
  const value = bits.unsigned();
  if (value <= most) return value;
  throw new CodecConfigError(
    'BAD_AVC_CONFIG',
    `The SPS has ${value} as ${field}; at most ${most} is allowed`,
  );
}

/** 7.3.2.1.1.1. */
function skipScalingList(bits: BitReader, size: number): void {
  let next = 8;
  for (let index = 0; index < size && next !== 0; index++) next = (next + bits.signed() + 256) % 256;
}

function readPictureOrder(
  bits: BitReader,
): Pick<AvcSliceSyntax, 'pictureOrderType' | 'pictureOrderBits' | 'pictureOrderDeltaAlwaysZero'> {
  const pictureOrderType = bounded(bits, 2, 'pic_order_cnt_type');
  const pictureOrderBits =
    pictureOrderType === 0 ? bounded(bits, 12, 'log2_max_pic_order_cnt_lsb_minus4') + 4 : 0;
  let pictureOrderDeltaAlwaysZero = true;
  if (pictureOrderType === 1) {
    pictureOrderDeltaAlwaysZero = bits.flag();
    bits.signed(); // offset_for_non_ref_pic
    bits.signed(); // offset_for_top_to_bottom_field
    const cycle = bounded(bits, 255, 'num_ref_frames_in_pic_order_cnt_cycle');
    for (let frame = 0; frame < cycle; frame++) bits.signed();
  }
  return { pictureOrderType, pictureOrderBits, pictureOrderDeltaAlwaysZero };
}

const noVui = { sampleAspectRatio: { width: 1, height: 1 }, frameRate: undefined, colour: undefined };

/** Reads up to the timing fields; we don't need anything after them. */
function readVui(bits: BitReader): Pick<AvcSps, 'sampleAspectRatio' | 'frameRate' | 'colour'> {
  const sampleAspectRatio = bits.flag() ? readAspectRatio(bits) : noVui.sampleAspectRatio;
  if (bits.flag()) bits.skip(1); // overscan_appropriate_flag
  const colour = bits.flag() ? readVideoSignal(bits) : undefined;
  if (bits.flag()) {
    bits.unsigned(); // chroma_sample_loc_type_top_field
    bits.unsigned(); // chroma_sample_loc_type_bottom_field
  }
  return { sampleAspectRatio, frameRate: bits.flag() ? readFrameRate(bits) : undefined, colour };
}

function readAspectRatio(bits: BitReader): { width: number; height: number } {
  const id = bits.bits(8);
  const [width, height] =
    id === extendedSar ? [bits.bits(16), bits.bits(16)] : (aspectRatios[id - 1] ?? [1, 1]);
  return width > 0 && height > 0 ? { width, height } : { width: 1, height: 1 };
}

function readVideoSignal(bits: BitReader): AvcColour | undefined {
  bits.skip(3); // video_format
  const fullRange = bits.flag();
  if (!bits.flag()) return undefined;
  return { primaries: bits.bits(8), transfer: bits.bits(8), matrix: bits.bits(8), fullRange };
}

/** A frame takes two ticks (E.2.1). */
function readFrameRate(bits: BitReader): { numerator: number; denominator: number } | undefined {
  const unitsInTick = bits.bits(32);
  const timeScale = bits.bits(32);
  bits.skip(1); // fixed_frame_rate_flag
  if (unitsInTick === 0 || timeScale === 0) return undefined;
  const divisor = greatestCommonDivisor(timeScale, unitsInTick * 2);
  return { numerator: timeScale / divisor, denominator: (unitsInTick * 2) / divisor };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
