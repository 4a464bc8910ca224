import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Amf0Value, decodeAmf0, encodeAmf0, firstAmf0String } from '../../../lib/protocol/rtmp/amf0.ts';
import { amf0Vectors, badAmf0 } from '../../vectors/rtmp/amf0.ts';
import { bytesOf, codeOf, onlyProtocolErrors } from './wire.ts';

describe('AMF 0', () => {
  test.each(amf0Vectors)('reads $name', ({ values, hex }) => {
    expect(decodeAmf0(bytesOf(hex), { maxStringBytes: 100_000 })).toEqual(values);
  });

  test.each(amf0Vectors.filter((vector) => !vector.readOnly))('writes $name', ({ values, hex }) => {
    expect(encodeAmf0(values).toString('hex')).toBe(bytesOf(hex).toString('hex'));
  });

  test.each(badAmf0)('refuses $name', ({ hex, code }) => {
    expect(codeOf(() => decodeAmf0(bytesOf(hex)))).toBe(code);
  });

  test('refuses every proper beginning of a value', () => {
    const whole = encodeAmf0([{ a: [1, 'b', null], c: new Date(0), d: { e: true } }]);
    for (let length = 1; length < whole.length; length++) {
      expect(codeOf(() => decodeAmf0(whole.subarray(0, length)))).toBe('AMF_TRUNCATED');
    }
  });

  test('reads up to the limit of depth and refuses one more', () => {
    const nested = (depth: number) => bytesOf(`${'0a00000001'.repeat(depth)}05`);
    expect(decodeAmf0(nested(16))).toHaveLength(1);
    expect(codeOf(() => decodeAmf0(nested(17)))).toBe('AMF_TOO_DEEP');
  });

  test.each([
    ['objects', '03000161'],
    ['ECMA arrays', '08000000010001 61'],
    ['strict arrays', '0a00000001'],
    ['typed objects', '10000161000161'],
  ])('refuses a hundred thousand nested %s without running out of stack', (_name, opening) => {
    expect(codeOf(() => decodeAmf0(bytesOf(opening.repeat(100_000))))).toBe('AMF_TOO_DEEP');
  });

  test('refuses to write below the limit of depth, so also a cycle', () => {
    const cycle: Amf0Value[] = [];
    cycle.push(cycle);
    expect(codeOf(() => encodeAmf0([cycle]))).toBe('AMF_TOO_DEEP');
  });

  test('reads up to the limit of values and refuses one more', () => {
    expect(decodeAmf0(Buffer.alloc(1024, 5))).toHaveLength(1024);
    expect(codeOf(() => decodeAmf0(Buffer.alloc(1025, 5)))).toBe('AMF_TOO_MANY_VALUES');
    const inArray = Buffer.concat([bytesOf('0a 00000400'), Buffer.alloc(1024, 5)]);
    expect(codeOf(() => decodeAmf0(inArray))).toBe('AMF_TOO_MANY_VALUES');
  });

  test('refuses a string over the limit, also as a key', () => {
    expect(codeOf(() => decodeAmf0(bytesOf('02 0003 616263'), { maxStringBytes: 2 }))).toBe(
      'AMF_STRING_TOO_LONG',
    );
    expect(codeOf(() => decodeAmf0(bytesOf('03 0003 616263 05 000009'), { maxStringBytes: 2 }))).toBe(
      'AMF_STRING_TOO_LONG',
    );
  });

  test('refuses to write a key that has no long form', () => {
    expect(codeOf(() => encodeAmf0([{ ['k'.repeat(65_536)]: 1 }]))).toBe('AMF_STRING_TOO_LONG');
  });

  test('gives objects no prototype, so that no key reaches into it', () => {
    const [object] = decodeAmf0(bytesOf('03 0009 5f5f70726f746f5f5f 03 0001 61 05 000009 000009'));
    expect(Object.getPrototypeOf(object)).toBeNull();
    expect(Object.keys(object as object)).toEqual(['__proto__']);
    expect(Object.hasOwn(Object.prototype, 'a')).toBe(false);
  });

  test('reads the first string alone, or tells that there is none', () => {
    expect(firstAmf0String(encodeAmf0(['deleteStream', 0, null]))).toBe('deleteStream');
    expect(firstAmf0String(bytesOf('02 0005 61'))).toBeUndefined();
    expect(firstAmf0String(bytesOf('02'))).toBeUndefined();
    expect(firstAmf0String(bytesOf('00 0000000000000000'))).toBeUndefined();
    expect(firstAmf0String(Buffer.alloc(0))).toBeUndefined();
  });

  test('reads back whatever it wrote', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const { value } = fc.letrec<{ value: Amf0Value }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.double(),
        fc.boolean(),
        text,
        fc.constantFrom(null, undefined),
        // Jest takes no invalid date for equal to another.
        fc.date({ noInvalidDate: true }),
        fc.dictionary(text, tie('value'), { maxKeys: 4 }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc
          .array(fc.tuple(text, tie('value')), { maxLength: 4 })
          .map((entries) => new Map<string, Amf0Value>(entries)),
      ),
    }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), (values) => {
        expect(decodeAmf0(encodeAmf0(values), { maxValues: 100_000 })).toEqual(values);
      }),
    );
  });

  test('reads back an invalid date as one', () => {
    expect(decodeAmf0(encodeAmf0([new Date(Number.NaN)]))[0]?.valueOf()).toBeNaN();
  });

  test('throws nothing but protocol errors, whatever the bytes', () => {
    const markers = fc.constantFrom(0, 1, 2, 3, 5, 6, 8, 9, 10, 11, 12, 16);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.oneof(markers, fc.constant(0)), { maxLength: 200 }).map((list) => Uint8Array.from(list)),
    );
    fc.assert(
      fc.property(bytes, (input) => onlyProtocolErrors(() => decodeAmf0(input))),
      { numRuns: 2000 },
    );
  });
});
