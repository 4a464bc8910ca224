import { type AvcConfig, parseAvcConfig } from './avc-config.ts';
import { type AvcPps, parseAvcPps } from './avc-pps.ts';
import { type AvcSliceHead, parseAvcSliceHead } from './avc-slice.ts';
import { parseAvcSps } from './avc-sps.ts';
import { BitWriter, escapeNal } from './bit-writer.ts';
import { type CabacContext, CabacEncoder } from './cabac-encoder.ts';
import { CodecConfigError } from './errors.ts';

const nalTypes = { slice: 1, idr: 5, sps: 7, pps: 8 } as const;
/** nal_ref_idc 0: no later picture refers to it, so a decoder stays as it is. */
const repeatHeader = 0x01;
/** slice_type of a picture of P slices only. */
const allP = 5;

interface Reference {
  readonly frameNum: number;
  readonly pictureOrder: number;
}

/**
 * Makes coded pictures that repeat the newest picture of a stream, to be put between any two of its pictures: a P picture that
 * skips every macroblock, some tens of bytes, to which nothing refers (ITU-T H.264 7.3.3 to 7.3.5). A decoder shows the same picture
 * again, bit by bit, and decodes what follows as if it had not been there.
 */
export class AvcRepeater {
  #config: AvcConfig;
  #pps: AvcPps;
  /** The references that a decoder still has, oldest first: it forgets the oldest (8.2.5.3). */
  #references: Reference[] = [];
  /** frame_num of a picture that came next and to which nothing refers. */
  #nextFrameNum = 0;
  /** Of the newest picture in order of presentation, since the last IDR picture. */
  #newestOrder = 0;
  #orderMsb = 0;
  #orderLsb = 0;
  #usable = false;

  /** `avcC`: the body of the stream's sequence header. Throws `CodecConfigError` where it cannot repeat such a stream. */
  constructor(avcC: Uint8Array) {
    this.#config = parseAvcConfig(avcC);
    const [pps] = this.#config.pps;
    if (!pps) throw new CodecConfigError('BAD_AVC_CONFIG', 'The AVC configuration has no PPS');
    if (this.#config.slices.separatePlanes)
      throw new CodecConfigError('BAD_AVC_CONFIG', 'The colour planes are coded separately');
    this.#pps = parseAvcPps(pps);
  }

  /** A picture of the stream goes to the decoder; `sample`: its NAL units, each behind its length. */
  observe(sample: Uint8Array): void {
    const slice = this.#readSample(sample);
    if (!slice) return;
    const { frameNumBits, maxReferenceFrames } = this.#config.slices;
    if (slice.isIdr) {
      this.#references = [];
      this.#orderMsb = 0;
      this.#orderLsb = 0;
      this.#newestOrder = 0;
    }
    const pictureOrder = this.#pictureOrder(slice);
    this.#newestOrder = Math.max(this.#newestOrder, pictureOrder);
    this.#nextFrameNum = slice.isReference ? (slice.frameNum + 1) % 2 ** frameNumBits : slice.frameNum;
    if (slice.isReference) {
      // The second field of a picture has the first one's number.
      if (this.#references.at(-1)?.frameNum !== slice.frameNum)
        this.#references.push({ frameNum: slice.frameNum, pictureOrder });
      if (this.#references.length > Math.max(1, maxReferenceFrames)) this.#references.shift();
    }
    this.#usable = this.#references.length > 0;
  }

  /** A sample that repeats the newest picture; undefined before there is one, or where the stream's lengths have no room for it. */
  repeat(): Buffer | undefined {
    if (!this.#usable) return undefined;
    const nal = escapeNal(repeatHeader, this.#picture());
    const { nalLengthBytes } = this.#config;
    if (nal.length >= 256 ** nalLengthBytes) return undefined;
    const length = Buffer.alloc(nalLengthBytes);
    length.writeUIntBE(nal.length, 0, nalLengthBytes);
    return Buffer.concat([length, nal]);
  }

  /** The head of its first slice. Parameter sets on the way count from here on. */
  #readSample(sample: Uint8Array): AvcSliceHead | undefined {
    const { nalLengthBytes } = this.#config;
    const bytes = Buffer.from(sample.buffer, sample.byteOffset, sample.byteLength);
    for (let at = 0; at + nalLengthBytes < bytes.length; ) {
      const begin = at + nalLengthBytes;
      const end = begin + bytes.readUIntBE(at, nalLengthBytes);
      const nal = bytes.subarray(begin, end);
      const type = bytes[begin]! & 31;
      if (type === nalTypes.slice || type === nalTypes.idr) return parseAvcSliceHead(nal, this.#config);
      if (type === nalTypes.sps) this.#config = { ...this.#config, ...parseAvcSps(nal) };
      if (type === nalTypes.pps) {
        const pps = parseAvcPps(nal);
        if (pps.id === this.#pps.id) this.#pps = pps;
      }
      at = end;
    }
    return undefined;
  }

  /** 8.2.1.1; the other types of picture order give decoding order, or are told from frame_num. */
  #pictureOrder({ isReference, pictureOrderLsb: lsb }: AvcSliceHead): number {
    const { pictureOrderBits } = this.#config.slices;
    if (pictureOrderBits === 0) return 0;
    const cycle = 2 ** pictureOrderBits;
    const step = lsb - this.#orderLsb;
    let msb = this.#orderMsb;
    if (step <= -cycle / 2) msb += cycle;
    else if (step > cycle / 2) msb -= cycle;
    if (isReference) {
      this.#orderMsb = msb;
      this.#orderLsb = lsb;
    }
    return msb + lsb;
  }

  #picture(): Uint8Array {
    const bits = new BitWriter();
    this.#writeHeader(bits);
    const { macroblocks } = this.#config.slices;
    if (this.#pps.cabac) {
      bits.alignWith(1); // cabac_alignment_one_bit
      const skip = skipContext(this.#pps.initialQp);
      const encoder = new CabacEncoder(bits);
      for (let left = macroblocks; left > 0; left--) {
        encoder.encode(skip, 1);
        encoder.terminate(left === 1 ? 1 : 0);
      }
    } else {
      bits.unsigned(macroblocks); // mb_skip_run
      bits.bit(1); // rbsp_stop_one_bit
    }
    bits.alignWith(0);
    return bits.toBytes();
  }

  #writeHeader(bits: BitWriter): void {
    const { slices, progressive } = this.#config;
    const { bottomFieldOrder, deblockingControl, id, redundantPictures, weightedPrediction } = this.#pps;
    bits.unsigned(0); // first_mb_in_slice
    bits.unsigned(allP);
    bits.unsigned(id);
    bits.bits(this.#nextFrameNum, slices.frameNumBits);
    if (!progressive) bits.bit(0); // field_pic_flag
    if (slices.pictureOrderType === 0) {
      // Right after the newest picture: between it and the next one, which is at least two away.
      bits.bits((this.#newestOrder + 1) % 2 ** slices.pictureOrderBits, slices.pictureOrderBits);
      if (bottomFieldOrder) bits.signed(0);
    } else if (slices.pictureOrderType === 1 && !slices.pictureOrderDeltaAlwaysZero) {
      bits.signed(0);
      if (bottomFieldOrder) bits.signed(0);
    }
    if (redundantPictures) bits.unsigned(0);
    bits.bit(1); // num_ref_idx_active_override_flag
    bits.unsigned(0); // num_ref_idx_l0_active_minus1
    this.#writeReference(bits);
    if (weightedPrediction) {
      // No weights: the reference as it is.
      bits.unsigned(0);
      if (slices.chromaArrayType !== 0) bits.unsigned(0);
      bits.bit(0);
      if (slices.chromaArrayType !== 0) bits.bit(0);
    }
    if (this.#pps.cabac) bits.unsigned(0); // cabac_init_idc
    bits.signed(0); // slice_qp_delta
    if (deblockingControl) bits.unsigned(1); // disable_deblocking_filter_idc
  }

  /** The reference that is presented last need not be the one that was decoded last, which is what P pictures refer to first. */
  #writeReference(bits: BitWriter): void {
    const newest = this.#references.reduce((a, b) => (b.pictureOrder >= a.pictureOrder ? b : a));
    const cycle = 2 ** this.#config.slices.frameNumBits;
    const back = (this.#nextFrameNum - newest.frameNum + cycle) % cycle;
    bits.bit(back > 1 ? 1 : 0); // ref_pic_list_modification_flag_l0
    if (back <= 1) return;
    bits.unsigned(0); // modification_of_pic_nums_idc: subtract
    bits.unsigned(back - 1);
    bits.unsigned(3); // no more
  }
}

/** mb_skip_flag of a P slice whose neighbours are skipped or missing: ctxIdx 11 with cabac_init_idc 0 (9.3.1.1). */
function skipContext(qp: number): CabacContext {
  const [slope, offset] = [23, 33];
  const start = Math.min(126, Math.max(1, ((slope * Math.min(51, Math.max(0, qp))) >> 4) + offset));
  return start <= 63 ? { state: 63 - start, mostProbable: 0 } : { state: start - 64, mostProbable: 1 };
}
