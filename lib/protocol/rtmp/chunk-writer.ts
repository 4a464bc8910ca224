import { Buffer } from 'node:buffer';
import type { RtmpMessage } from './chunk-reader.ts';
import { initialChunkState, maxChunkSize } from './chunk-state.ts';
import { decodeControl, encodeControl, messageType } from './messages.ts';

interface Previous {
  timestampMs: number;
  /** Undefined after a type 0 header: readers disagree on the meaning of type 3 there, so it is not used. */
  deltaMs: number | undefined;
  length: number;
  typeId: number;
  messageStreamId: number;
}

/** Splits messages into chunks (RTMP 1.0, 5.3) with the shortest possible headers. */
export class ChunkWriter {
  #chunkSize: number;
  readonly #previous = new Map<number, Previous>();

  /** `chunkSize`: the reader's current chunk size, 128 on a new connection. */
  constructor(chunkSize: number = initialChunkState.chunkSize) {
    this.#chunkSize = chunkSize;
  }

  get chunkSize(): number {
    return this.#chunkSize;
  }

  /** Returns the Set Chunk Size message (1 to 16,777,215 bytes); later writes use the new size. */
  setChunkSize(chunkSize: number): Buffer {
    return this.write(encodeControl({ kind: 'set-chunk-size', chunkSize }));
  }

  /** The message as chunks. Its timestamp is written modulo 2³². A Set Chunk Size message applies to later writes. */
  write(message: RtmpMessage): Buffer {
    const bytes = this.#chunks(message);
    const control = message.typeId === messageType.setChunkSize ? decodeControl(message) : undefined;
    if (control?.kind === 'set-chunk-size') this.#chunkSize = checkedChunkSize(control.chunkSize);
    return bytes;
  }

  #chunks(message: RtmpMessage): Buffer {
    const { chunkStreamId: id, payload } = message;
    const header = this.#header(message);
    const basicBytes = basicHeaderBytes(id);
    const extension = header.time < 0xffffff ? 0 : 4;
    const continuations = Math.max(0, Math.ceil(payload.length / this.#chunkSize) - 1);
    const bytes = Buffer.allocUnsafe(
      basicBytes +
        headerBytes[header.format] +
        extension +
        payload.length +
        continuations * (basicBytes + extension),
    );
    let at = writeBasicHeader(bytes, 0, header.format, id);
    at = writeFields(bytes, at, message, header);
    for (let from = 0; ; ) {
      if (extension > 0) at = bytes.writeUInt32BE(header.time, at);
      const part = payload.subarray(from, from + this.#chunkSize);
      bytes.set(part, at);
      at += part.length;
      from += part.length;
      if (from >= payload.length) return bytes;
      at = writeBasicHeader(bytes, at, 3, id);
    }
  }

  #header(message: RtmpMessage): Header {
    const { chunkStreamId, typeId, messageStreamId, payload } = message;
    const timestampMs = message.timestampMs >>> 0;
    const previous = this.#previous.get(chunkStreamId);
    const next: Previous = {
      timestampMs,
      deltaMs: undefined,
      length: payload.length,
      typeId,
      messageStreamId,
    };
    this.#previous.set(chunkStreamId, next);
    if (previous?.messageStreamId !== messageStreamId) return { format: 0, time: timestampMs };
    const delta = (timestampMs - previous.timestampMs) >>> 0;
    // A step back cannot be a delta; it needs the full timestamp.
    if (delta > 0x7fffffff) return { format: 0, time: timestampMs };
    next.deltaMs = delta;
    if (previous.length !== next.length || previous.typeId !== typeId) return { format: 1, time: delta };
    return { format: previous.deltaMs === delta ? 3 : 2, time: delta };
  }
}

function checkedChunkSize(chunkSize: number): number {
  if (chunkSize >= 1 && chunkSize <= maxChunkSize) return chunkSize;
  throw new RangeError(`chunk size ${chunkSize} is not in 1…${maxChunkSize}`);
}

interface Header {
  readonly format: 0 | 1 | 2 | 3;
  /** Timestamp of format 0, delta of the others. */
  readonly time: number;
}

const headerBytes = { 0: 11, 1: 7, 2: 3, 3: 0 } as const;

const basicHeaderBytes = (id: number): number => (id < 64 ? 1 : id < 320 ? 2 : 3);

function writeBasicHeader(bytes: Buffer, at: number, format: number, id: number): number {
  if (id < 64) return bytes.writeUInt8((format << 6) | id, at);
  if (id < 320) return bytes.writeUInt8(id - 64, bytes.writeUInt8(format << 6, at));
  return bytes.writeUInt16LE(id - 64, bytes.writeUInt8((format << 6) | 1, at));
}

function writeFields(bytes: Buffer, start: number, message: RtmpMessage, header: Header): number {
  if (header.format === 3) return start;
  let at = bytes.writeUIntBE(Math.min(header.time, 0xffffff), start, 3);
  if (header.format === 2) return at;
  at = bytes.writeUIntBE(message.payload.length, at, 3);
  at = bytes.writeUInt8(message.typeId, at);
  return header.format === 1 ? at : bytes.writeUInt32LE(message.messageStreamId, at);
}
