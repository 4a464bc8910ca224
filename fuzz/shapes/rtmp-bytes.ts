import fc from 'fast-check';
import { type Amf0Value, encodeAmf0 } from '../../lib/protocol/rtmp/amf0.ts';

/** Names and types that parsers look for. */
export const amf0Words: readonly Buffer[] = [
  ...[
    'connect',
    'createStream',
    'publish',
    'deleteStream',
    'closeStream',
    'FCPublish',
    'FCUnpublish',
    'onStatus',
    '_result',
    '_error',
    '@setDataFrame',
    'onMetaData',
    'live',
  ].map((name) => encodeAmf0([name])),
  ...[3, 8, 10, 16].map((type) => Buffer.of(type, 0, 0, 0, 1)),
  Buffer.of(0, 0, 9),
  Buffer.of(12, 0, 1, 0, 0),
  encodeAmf0([{ app: 'live', tcUrl: 'rtmp://a/live/b', flashVer: 'x' }]),
];

const name = fc.oneof(
  fc.constantFrom(
    'connect',
    'publish',
    'onMetaData',
    '@setDataFrame',
    'app',
    'tcUrl',
    'code',
    'level',
    '__proto__',
  ),
  fc.string({ maxLength: 12 }),
);

const { value } = fc.letrec<{ value: Amf0Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.double(),
    fc.boolean(),
    name,
    fc.constant(null),
    fc.constant(undefined),
    fc.date({ noInvalidDate: false }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
  ),
}));

/** Several values. */
export const amf0Bytes: fc.Arbitrary<Buffer> = fc
  .array(value, { maxLength: 5 })
  .map((values) => encodeAmf0(values));

const header = fc
  .record({
    format: fc.nat(3),
    id: fc.constantFrom(2, 3, 4, 6, 63, 64, 320),
    time: fc.constantFrom(0, 40, 0xff_fffe, 0xff_ffff),
    extended: fc.nat(0xffff_ffff),
    length: fc.constantFrom(0, 1, 2, 5, 127, 128, 129, 300, 0xff_ffff),
    type: fc.constantFrom(1, 2, 3, 4, 5, 6, 8, 9, 15, 18, 20, 22),
    payload: fc.uint8Array({ maxLength: 140 }),
    fits: fc.boolean(),
  })
  .map(({ format, id, time, extended, length, type, payload, fits }) => {
    const basic =
      id < 64
        ? Buffer.of((format << 6) | id)
        : id < 320
          ? Buffer.of(format << 6, id - 64)
          : Buffer.of((format << 6) | 1, (id - 64) & 255, (id - 64) >> 8);
    const fields = Buffer.alloc(11);
    fields.writeUIntBE(time, 0, 3);
    fields.writeUIntBE(fits ? payload.length : length, 3, 3);
    fields[6] = type;
    fields[7] = 1;
    const longTime = Buffer.alloc(time === 0xff_ffff ? 4 : 0);
    if (longTime.length > 0) longTime.writeUInt32BE(extended);
    return Buffer.concat([basic, fields.subarray(0, [11, 7, 3, 0][format]), longTime, payload]);
  });

/** Chunks with headers of all types, most of which fit together. */
export const chunkBytes: fc.Arbitrary<Buffer> = fc
  .array(header, { maxLength: 12 })
  .map((chunks) => Buffer.concat(chunks));
