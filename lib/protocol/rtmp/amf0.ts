import { Buffer } from 'node:buffer';
import { ProtocolError } from './errors.ts';

/**
 * A value of AMF 0 (amf0-file-format-specification). An object is a plain object without a prototype, an ECMA array a `Map`,
 * a strict array an array. Typed objects are read as objects, XML documents as strings.
 */
export type Amf0Value =
  | number
  | boolean
  | string
  | null
  | undefined
  | Date
  | Amf0Object
  | Amf0EcmaArray
  | Amf0Value[];

export interface Amf0Object {
  [key: string]: Amf0Value;
}

export type Amf0EcmaArray = Map<string, Amf0Value>;

export interface Amf0Limits {
  /** Nesting of objects and arrays. @default 16 */
  readonly maxDepth?: number;
  /** Total number of values, at all levels. @default 1024 */
  readonly maxValues?: number;
  /** Length of a string or a key, in bytes. @default 65535 */
  readonly maxStringBytes?: number;
}

/** Section 2.1 of the specification. */
const marker = {
  number: 0x00,
  boolean: 0x01,
  string: 0x02,
  object: 0x03,
  null: 0x05,
  undefined: 0x06,
  ecmaArray: 0x08,
  objectEnd: 0x09,
  strictArray: 0x0a,
  date: 0x0b,
  longString: 0x0c,
  unsupported: 0x0d,
  xmlDocument: 0x0f,
  typedObject: 0x10,
} as const;

const defaultMaxDepth = 16;

/**
 * Writes values in sequence. Throws `AMF_TOO_DEEP` beyond 16 levels (and so for a cycle), `AMF_STRING_TOO_LONG` for a
 * key over 65535 bytes.
 */
export function encodeAmf0(values: readonly Amf0Value[]): Buffer {
  const parts: Buffer[] = [];
  for (const value of values) writeValue(parts, value, 0);
  return Buffer.concat(parts);
}

function writeValue(parts: Buffer[], value: Amf0Value, depth: number): void {
  if (value === null) parts.push(Buffer.of(marker.null));
  else if (value === undefined) parts.push(Buffer.of(marker.undefined));
  else if (typeof value === 'boolean') parts.push(Buffer.of(marker.boolean, value ? 1 : 0));
  else if (typeof value === 'number') parts.push(double(marker.number, value));
  else if (typeof value === 'string') writeString(parts, value);
  else if (value instanceof Date) parts.push(double(marker.date, value.getTime()), Buffer.of(0, 0));
  else if (depth >= defaultMaxDepth) throw tooDeep(defaultMaxDepth);
  else if (Array.isArray(value)) {
    parts.push(uint32(marker.strictArray, value.length));
    for (const item of value) writeValue(parts, item, depth + 1);
  } else if (value instanceof Map) {
    parts.push(uint32(marker.ecmaArray, value.size));
    writeProperties(parts, value, depth);
  } else {
    parts.push(Buffer.of(marker.object));
    writeProperties(parts, Object.entries(value), depth);
  }
}

function writeProperties(parts: Buffer[], entries: Iterable<[string, Amf0Value]>, depth: number): void {
  for (const [key, value] of entries) {
    const bytes = Buffer.from(key, 'utf8');
    if (bytes.length > 0xffff) throw stringTooLong(bytes.length, 0xffff);
    parts.push(Buffer.of(bytes.length >> 8, bytes.length & 255), bytes);
    writeValue(parts, value, depth + 1);
  }
  parts.push(Buffer.of(0, 0, marker.objectEnd));
}

function writeString(parts: Buffer[], text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length > 0xffff) parts.push(uint32(marker.longString, bytes.length), bytes);
  else parts.push(Buffer.of(marker.string, bytes.length >> 8, bytes.length & 255), bytes);
}

function double(type: number, value: number): Buffer {
  const bytes = Buffer.allocUnsafe(9);
  bytes[0] = type;
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function uint32(type: number, value: number): Buffer {
  const bytes = Buffer.allocUnsafe(5);
  bytes[0] = type;
  bytes.writeUInt32BE(value, 1);
  return bytes;
}

/** Reads values to the end of `bytes`. Never allocates by a declared length. Throws `ProtocolError` with an `AMF_…` code. */
export function decodeAmf0(bytes: Uint8Array, limits: Amf0Limits = {}): Amf0Value[] {
  const reader = new Amf0Reader(bytes, limits);
  const values: Amf0Value[] = [];
  while (!reader.atEnd) values.push(reader.value(0));
  return values;
}

/** The first value if it is a string (the name of a command or data message), without reading the rest. */
export function firstAmf0String(bytes: Uint8Array): string | undefined {
  if (bytes[0] !== marker.string) return undefined;
  const length = ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0);
  if (bytes.length < 3 + length) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset + 3, length).toString('utf8');
}

class Amf0Reader {
  readonly #bytes: Buffer;
  readonly #maxDepth: number;
  readonly #maxStringBytes: number;
  #valuesLeft: number;
  #at = 0;

  constructor(bytes: Uint8Array, limits: Amf0Limits) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#maxDepth = limits.maxDepth ?? defaultMaxDepth;
    this.#valuesLeft = limits.maxValues ?? 1024;
    this.#maxStringBytes = limits.maxStringBytes ?? 0xffff;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): Amf0Value {
    if (this.#valuesLeft-- === 0) throw new ProtocolError('AMF_TOO_MANY_VALUES', 'too many AMF values');
    const type = this.#bytes.readUInt8(this.#take(1));
    switch (type) {
      case marker.number:
        return this.#bytes.readDoubleBE(this.#take(8));
      case marker.boolean:
        return this.#bytes[this.#take(1)] !== 0;
      case marker.string:
        return this.#string(this.#bytes.readUInt16BE(this.#take(2)));
      case marker.longString:
      case marker.xmlDocument:
        return this.#string(this.#bytes.readUInt32BE(this.#take(4)));
      case marker.null:
        return null;
      case marker.undefined:
      case marker.unsupported:
        return undefined;
      case marker.date:
        return this.#date();
      case marker.object:
        return this.#object(depth);
      case marker.typedObject:
        this.#string(this.#bytes.readUInt16BE(this.#take(2)));
        return this.#object(depth);
      case marker.ecmaArray:
        return this.#ecmaArray(depth);
      case marker.strictArray:
        return this.#strictArray(depth);
      default:
        throw new ProtocolError('AMF_UNSUPPORTED_TYPE', `AMF 0 type 0x${type.toString(16)} is not supported`);
    }
  }

  #date(): Date {
    const time = this.#bytes.readDoubleBE(this.#take(8));
    this.#take(2); // the time zone, reserved and zero (2.13)
    return new Date(time);
  }

  #object(depth: number): Amf0Object {
    const object: Amf0Object = Object.create(null);
    this.#enter(depth);
    for (let key = this.#key(); key !== undefined; key = this.#key()) object[key] = this.value(depth + 1);
    return object;
  }

  #ecmaArray(depth: number): Amf0EcmaArray {
    const declared = this.#bytes.readUInt32BE(this.#take(4));
    const map: Amf0EcmaArray = new Map();
    this.#enter(depth);
    for (let count = 0; ; count++) {
      // Some hardware encoders omit the end marker in onMetaData.
      if (this.atEnd && count === declared) return map;
      const key = this.#key();
      if (key === undefined) return map;
      map.set(key, this.value(depth + 1));
    }
  }

  #strictArray(depth: number): Amf0Value[] {
    const count = this.#bytes.readUInt32BE(this.#take(4));
    const array: Amf0Value[] = [];
    this.#enter(depth);
    for (let index = 0; index < count; index++) array.push(this.value(depth + 1));
    return array;
  }

  /** A property's name, or undefined at the end marker. */
  #key(): string | undefined {
    const length = this.#bytes.readUInt16BE(this.#take(2));
    if (length === 0 && this.#bytes[this.#at] === marker.objectEnd) {
      this.#at++;
      return undefined;
    }
    return this.#string(length);
  }

  #string(length: number): string {
    if (length > this.#maxStringBytes) throw stringTooLong(length, this.#maxStringBytes);
    const start = this.#take(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  #enter(depth: number): void {
    if (depth >= this.#maxDepth) throw tooDeep(this.#maxDepth);
  }

  #take(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) {
      throw new ProtocolError('AMF_TRUNCATED', 'an AMF value extends past its message');
    }
    this.#at = start + length;
    return start;
  }
}

function tooDeep(limit: number): ProtocolError {
  return new ProtocolError('AMF_TOO_DEEP', `AMF values are nested deeper than ${limit}`);
}

function stringTooLong(length: number, limit: number): ProtocolError {
  return new ProtocolError(
    'AMF_STRING_TOO_LONG',
    `an AMF string of ${length} bytes exceeds the limit of ${limit}`,
  );
}
