import fc from 'fast-check';
import { BitWriter, escapeNal } from '../../lib/packaging/codec/bit-writer.ts';

/** Code numbers: usual ones, and those at which tables and counters end. */
const code = fc.oneof(
  { arbitrary: fc.nat(8), weight: 6 },
  fc.constantFrom(15, 16, 31, 32, 119, 255, 256, 1023, 16_383, 65_535, 0x7fff_fffe),
);
const bit = fc.nat(1);

/** A sequence parameter set whose fields are where they should be. */
const spsBytes: fc.Arbitrary<Buffer> = fc
  .record({
    profile: fc.constantFrom(66, 77, 88, 100, 110, 122, 244),
    head: fc.tuple(code, code, code, code, code),
    flags: fc.array(bit, { minLength: 24, maxLength: 24 }),
    order: fc.nat(3),
    references: code,
    size: fc.tuple(code, code),
    crop: fc.tuple(code, code, code, code),
    tail: fc.uint8Array({ maxLength: 40 }),
  })
  .map(({ profile, head, flags, order, references, size, crop, tail }) => {
    const bits = new BitWriter();
    let flag = 0;
    const next = (): number => flags[flag++ % flags.length]!;
    for (const value of [profile, 0, 31]) bits.bits(value, 8);
    bits.unsigned(0);
    if (profile >= 100) {
      bits.unsigned(head[0] % 4);
      if (head[0] % 4 === 3) bits.bit(next());
      bits.unsigned(head[1]);
      bits.unsigned(head[2]);
      bits.bit(0);
      bits.bit(0);
    }
    bits.unsigned(head[3]);
    bits.unsigned(order);
    if (order === 0) bits.unsigned(head[4]);
    bits.unsigned(references);
    bits.bit(0);
    bits.unsigned(size[0]);
    bits.unsigned(size[1]);
    bits.bit(next());
    bits.bit(next());
    bits.bit(next());
    if (next() === 1) for (const value of crop) bits.unsigned(value);
    for (const byte of tail) bits.bits(byte, 8);
    bits.alignWith(1);
    return escapeNal(0x67, bits.toBytes());
  });

const ppsBytes: fc.Arbitrary<Buffer> = fc
  .tuple(fc.array(bit, { minLength: 8, maxLength: 8 }), code, fc.integer({ min: -60, max: 60 }))
  .map(([flags, references, qp]) => {
    const bits = new BitWriter();
    bits.unsigned(0);
    bits.unsigned(0);
    bits.bit(flags[0]!);
    bits.bit(flags[1]!);
    bits.unsigned(0);
    bits.unsigned(references);
    bits.unsigned(references);
    bits.bit(flags[2]!);
    bits.bits(0, 2);
    bits.signed(qp);
    bits.signed(0);
    bits.signed(0);
    for (const flag of flags.slice(3, 6)) bits.bit(flag);
    bits.bit(1);
    bits.alignWith(0);
    return escapeNal(0x68, bits.toBytes());
  });

const sized = (nal: Uint8Array): Buffer => Buffer.concat([Buffer.of(nal.length >> 8, nal.length & 255), nal]);

/** An AVCDecoderConfigurationRecord with one SPS and one PPS. */
export const avcConfigBytes: fc.Arbitrary<Buffer> = fc
  .tuple(spsBytes, ppsBytes, fc.constantFrom(0xfc, 0xfd, 0xff))
  .map(([sps, pps, lengthSize]) =>
    Buffer.concat([
      Buffer.of(1, sps[1]!, sps[2]!, sps[3]!, lengthSize, 0xe1),
      sized(sps),
      Buffer.of(1),
      sized(pps),
    ]),
  );
