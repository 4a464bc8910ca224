import { BitWriter, escapeNal } from '../../lib/packaging/codec/bit-writer.ts';

export interface SequenceHeaderOptions {
  /** Multiples of 16, in samples. */
  readonly width: number;
  readonly height: number;
  /** @default 1 */
  readonly referencePictures?: number;
  /** Width by height of a pixel. @default square */
  readonly pixels?: readonly [number, number];
}

/** An SPS NAL unit of the Baseline profile (ITU-T H.264 7.3.2.1.1). */
export function spsOf({ width, height, referencePictures = 1, pixels }: SequenceHeaderOptions): Buffer {
  const bits = new BitWriter();
  for (const byte of [66, 0, 62]) bits.bits(byte, 8);
  for (const code of [0, 0, 2, referencePictures]) bits.unsigned(code);
  bits.bit(0);
  bits.unsigned(width / 16 - 1);
  bits.unsigned(height / 16 - 1);
  for (const flag of [1, 1, 0, pixels ? 1 : 0]) bits.bit(flag);
  if (pixels) {
    bits.bit(1);
    bits.bits(255, 8);
    for (const side of pixels) bits.bits(side, 16);
    bits.bits(0, 8);
  }
  bits.bit(1);
  bits.alignWith(0);
  return escapeNal(0x67, bits.toBytes());
}

/** A sequence header as a classic FLV payload. */
export function sequenceHeader(options: SequenceHeaderOptions): Buffer {
  const sps = spsOf(options);
  const pps = Buffer.from([0x68, 0xce, 0x38, 0x80]);
  const avcC = [1, 66, 0, 62, 0xff, 0xe1, 0, sps.length, ...sps, 1, 0, pps.length, ...pps];
  return Buffer.from([0x17, 0, 0, 0, 0, ...avcC]);
}
