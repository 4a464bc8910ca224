import type { Amf0Value } from '../../../lib/protocol/rtmp/amf0.ts';

/** AMF 0 values and their bytes. `readOnly`: other writers' bytes for a value that we write differently. */
export interface Amf0Vector {
  readonly name: string;
  readonly values: Amf0Value[];
  readonly hex: string;
  readonly readOnly?: true;
}

const long = 'x'.repeat(70_000);

export const amf0Vectors: readonly Amf0Vector[] = [
  { name: 'zero', values: [0], hex: '00 0000000000000000' },
  { name: 'one', values: [1], hex: '00 3ff0000000000000' },
  { name: 'a negative fraction', values: [-0.5], hex: '00 bfe0000000000000' },
  { name: 'infinity', values: [Number.POSITIVE_INFINITY], hex: '00 7ff0000000000000' },
  { name: 'not a number', values: [Number.NaN], hex: '00 7ff8000000000000' },
  { name: 'true', values: [true], hex: '01 01' },
  { name: 'false', values: [false], hex: '01 00' },
  { name: 'true as another number than 1', values: [true], hex: '01 ff', readOnly: true },
  { name: 'an empty string', values: [''], hex: '02 0000' },
  { name: 'a string', values: ['live'], hex: '02 0004 6c697665' },
  { name: 'a string beyond ASCII', values: ['ü€😀'], hex: '02 0009 c3bc e282ac f09f9880' },
  { name: 'a long string', values: [long], hex: `0c 00011170 ${'78'.repeat(70_000)}` },
  { name: 'a short long string', values: ['ab'], hex: '0c 00000002 6162', readOnly: true },
  { name: 'an XML document', values: ['<a/>'], hex: '0f 00000004 3c612f3e', readOnly: true },
  { name: 'null', values: [null], hex: '05' },
  { name: 'undefined', values: [undefined], hex: '06' },
  { name: 'the unsupported marker', values: [undefined], hex: '0d', readOnly: true },
  { name: 'a date', values: [new Date(1_000)], hex: '0b 408f400000000000 0000' },
  { name: 'a date with a time zone', values: [new Date(1_000)], hex: '0b 408f400000000000 003c', readOnly: true },
  { name: 'an empty object', values: [{}], hex: '03 000009' },
  { name: 'an object', values: [{ app: 'live', fpad: false }], hex: '03 0003 617070 02 0004 6c697665 0004 66706164 01 00 000009' },
  { name: 'an object with an empty key', values: [{ '': 1 }], hex: '03 0000 00 3ff0000000000000 000009' },
  { name: 'an object with the key __proto__', values: [Object.assign(Object.create(null), JSON.parse('{"__proto__":null}'))], hex: '03 0009 5f5f70726f746f5f5f 05 000009' },
  { name: 'nested objects', values: [{ a: { b: null } }], hex: '03 0001 61 03 0001 62 05 000009 000009' },
  { name: 'a typed object', values: [{ a: true }], hex: '10 0003 466f6f 0001 61 01 01 000009', readOnly: true },
  { name: 'an ECMA array', values: [new Map<string, Amf0Value>([['width', 1280]])], hex: '08 00000001 0005 7769647468 00 4094000000000000 000009' },
  { name: 'an ECMA array that declares no entries', values: [new Map<string, Amf0Value>([['w', null]])], hex: '08 00000000 0001 77 05 000009', readOnly: true },
  { name: 'an ECMA array that declares far too many', values: [new Map<string, Amf0Value>([['w', null]])], hex: '08 ffffffff 0001 77 05 000009', readOnly: true },
  { name: 'an ECMA array without its end marker', values: [new Map<string, Amf0Value>([['w', null]])], hex: '08 00000001 0001 77 05', readOnly: true },
  { name: 'an empty strict array', values: [[]], hex: '0a 00000000' },
  { name: 'a strict array', values: [['a', 1, null]], hex: '0a 00000003 02 0001 61 00 3ff0000000000000 05' },
  { name: 'several values', values: ['connect', 1, null], hex: '02 0007 636f6e6e656374 00 3ff0000000000000 05' },
  { name: 'no values', values: [], hex: '' },
];

/** Bytes that are refused, and the code. */
export const badAmf0: readonly { readonly name: string; readonly hex: string; readonly code: string }[] = [
  { name: 'a number cut short', hex: '00 3ff000', code: 'AMF_TRUNCATED' },
  { name: 'a boolean cut short', hex: '01', code: 'AMF_TRUNCATED' },
  { name: 'a string length cut short', hex: '02 00', code: 'AMF_TRUNCATED' },
  { name: 'a string longer than the message', hex: '02 0005 61', code: 'AMF_TRUNCATED' },
  { name: 'a long string of 4 GiB', hex: '0c ffffffff 61', code: 'AMF_STRING_TOO_LONG' },
  { name: 'an object without an end', hex: '03 0001 61 05', code: 'AMF_TRUNCATED' },
  { name: 'an ECMA array without an end and with too few entries', hex: '08 00000002 0001 61 05', code: 'AMF_TRUNCATED' },
  { name: 'a strict array of four billion values', hex: '0a ffffffff 05', code: 'AMF_TRUNCATED' },
  { name: 'a date cut short', hex: '0b 0000000000000000', code: 'AMF_TRUNCATED' },
  { name: 'a movie clip', hex: '04', code: 'AMF_UNSUPPORTED_TYPE' },
  { name: 'a reference, which could make a cycle', hex: '03 0001 61 07 0000 000009', code: 'AMF_UNSUPPORTED_TYPE' },
  { name: 'a record set', hex: '0e', code: 'AMF_UNSUPPORTED_TYPE' },
  { name: 'the switch to AMF 3', hex: '11 01', code: 'AMF_UNSUPPORTED_TYPE' },
  { name: 'an end marker outside an object', hex: '09', code: 'AMF_UNSUPPORTED_TYPE' },
  { name: 'an unknown type', hex: 'ff', code: 'AMF_UNSUPPORTED_TYPE' },
];
