import type { AvcSps } from './avc-sps.ts';
import { BitReader, OutOfBitsError, unescapeNal } from './bit-reader.ts';
import { CodecConfigError } from './errors.ts';

/** The beginning of a slice header (ITU-T H.264 7.3.3). */
export interface AvcSliceHead {
  readonly isIdr: boolean;
  readonly isReference: boolean;
  readonly frameNum: number;
  /** One field of a picture. */
  readonly isField: boolean;
  /** 0 unless the picture order type is 0. */
  readonly pictureOrderLsb: number;
}

/** Enough for every field that is read, with emulation prevention bytes. */
const headBytes = 40;

/** Reads the head of a slice NAL unit (type 1 or 5). Throws `CodecConfigError` `BAD_AVC_CONFIG`. */
export function parseAvcSliceHead(
  nal: Uint8Array,
  sps: Pick<AvcSps, 'progressive' | 'slices'>,
): AvcSliceHead {
  const { frameNumBits, pictureOrderBits, separatePlanes } = sps.slices;
  const isIdr = (nal[0]! & 31) === 5;
  try {
    const bits = new BitReader(unescapeNal(nal.subarray(1, headBytes)));
    bits.unsigned(); // first_mb_in_slice
    bits.unsigned(); // slice_type
    bits.unsigned(); // pic_parameter_set_id
    if (separatePlanes) bits.skip(2); // colour_plane_id
    const frameNum = bits.bits(frameNumBits);
    const isField = !sps.progressive && bits.flag();
    if (isField) bits.skip(1); // bottom_field_flag
    if (isIdr) bits.unsigned(); // idr_pic_id
    const pictureOrderLsb = bits.bits(pictureOrderBits);
    return { isIdr, isReference: (nal[0]! & 0x60) !== 0, frameNum, isField, pictureOrderLsb };
  } catch (cause) {
    if (!(cause instanceof OutOfBitsError)) throw cause;
    throw new CodecConfigError('BAD_AVC_CONFIG', 'A slice header is cut off', { cause });
  }
}
