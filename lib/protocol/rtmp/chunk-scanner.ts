import { Buffer } from 'node:buffer';
import { type ChunkState, type ChunkStreamState, initialChunkState, maxChunkSize } from './chunk-state.ts';
import { ChunkStream, ChunkStreams, uint24 } from './chunk-stream.ts';
import { ProtocolError } from './errors.ts';

export interface ChunkLimits {
  /** @default 64 */
  readonly maxChunkStreams?: number;
  /** Maximum message size in bytes. @default 8 MiB */
  readonly maxMessageBytes?: number;
  /** Maximum payload of all incomplete messages together, in bytes. @default twice maxMessageBytes */
  readonly maxPartialBytes?: number;
}

/** A message as the scanner sees it. One record per chunk stream, which is reused: copy what you keep. */
export interface ScannedMessage {
  readonly chunkStreamId: number;
  /** Unsigned 32 bits, as on the wire. */
  readonly timestampMs: number;
  readonly typeId: number;
  readonly messageStreamId: number;
  /** Payload in bytes. */
  readonly length: number;
  /** The first payload byte, -1 if there is none. */
  readonly byte0: number;
  /** The second payload byte, -1 if there is none. */
  readonly byte1: number;
  /** Offset of the first header byte from `scannedBytes`; negative if it was in an earlier push. */
  readonly start: number;
  /** In `onEnd`: offset just after the last byte, from `scannedBytes`. */
  readonly end: number;
  /** No other message was partial where this one starts, so the byte stream can be cut there. */
  readonly cleanStart: boolean;
  /** In `onEnd`: no message is partial after this one. */
  readonly cleanEnd: boolean;
  /** In `onEnd`, if `onStart` requested it: a copy of the payload that the receiver may keep. */
  readonly payload: Buffer | undefined;
}

export interface ScanHandlers {
  /**
   * Called once two payload bytes (or all of a shorter message) have arrived. Return true to request the payload, or a number to
   * request only so many bytes of it. An aborted message has a start but no end. The payload of set-chunk-size and abort is always
   * kept.
   */
  onStart?(message: ScannedMessage): boolean | number;
  onEnd(message: ScannedMessage): void;
}

/**
 * Walks RTMP chunk headers (1.0, 5.3) in place, over buffers split anywhere, and reports where messages start and end. Only
 * payload requested by `onStart` is copied. `push` may throw any `CHUNK_…`, `TOO_MANY_CHUNK_STREAMS`, `MESSAGE_TOO_LONG`,
 * `TOO_MUCH_PARTIAL` and `CONTROL_MALFORMED`, after reporting everything before the fault; the scanner is unusable afterwards.
 */
export class ChunkScanner {
  readonly #handlers: ScanHandlers;
  readonly #maxMessageBytes: number;
  readonly #maxPartialBytes: number;
  readonly #streams: ChunkStreams;
  #chunkSize: number;
  /** The stream whose chunk is open, and how many bytes of that chunk are outstanding. */
  #current: ChunkStream = new ChunkStream(0);
  #chunkLeft = 0;
  /** A header split by the end of a buffer. */
  readonly #scratch = Buffer.alloc(18);
  #scratchLength = 0;
  #partialMessages = 0;
  #partialBytes = 0;
  #scanned = 0;
  #paused = false;
  /** The state of `#current`'s chunk stream before its last message header; undefined if that was its first. */
  #before: ChunkStreamState | undefined = undefined;

  constructor(handlers: ScanHandlers, limits: ChunkLimits = {}, state: ChunkState = initialChunkState) {
    this.#handlers = handlers;
    this.#streams = new ChunkStreams(limits.maxChunkStreams ?? 64);
    this.#maxMessageBytes = limits.maxMessageBytes ?? 8 * 1024 * 1024;
    this.#maxPartialBytes = limits.maxPartialBytes ?? 2 * this.#maxMessageBytes;
    this.#chunkSize = state.chunkSize;
    for (const stream of state.streams) this.#streams.add(stream.chunkStreamId).restore(stream);
  }

  /** No message and no header is partial: the state can be read, and the byte stream can be cut here. */
  get clean(): boolean {
    return this.#partialMessages === 0 && this.#scratchLength === 0;
  }

  /** Bytes scanned before the buffer of the current push; between pushes, all. */
  get scannedBytes(): number {
    return this.#scanned;
  }

  get chunkSize(): number {
    return this.#chunkSize;
  }

  /** The state after the message of `onEnd`, or between pushes. Throws a `RangeError` unless `clean`. */
  snapshot(): ChunkState {
    if (!this.clean) throw new RangeError('a chunk state can be read only while no message is partial');
    return { chunkSize: this.#chunkSize, streams: this.#streams.all().map((stream) => stream.save()) };
  }

  /** In `onStart`: the state before this message. Throws a `RangeError` unless the message has a `cleanStart`. */
  snapshotAtStart(): ChunkState {
    const current = this.#current;
    if (!current.cleanStart) throw new RangeError('another message was partial where this one starts');
    const others = this.#streams.all().filter((stream) => stream !== current);
    const streams = others.map((stream) => stream.save());
    if (this.#before) streams.push(this.#before);
    return { chunkSize: this.#chunkSize, streams };
  }

  /** Call within `onEnd`: `push` returns after this message without scanning the rest of its buffer. */
  pause(): void {
    this.#paused = true;
  }

  /** Scans `bytes`, which may be modified afterwards. Returns the number of bytes scanned: all, unless `pause` was called. */
  push(bytes: Uint8Array): number {
    this.#paused = false;
    let source = bytes;
    /** Bytes of an earlier push at the start of `source`. */
    let earlier = 0;
    let at = 0;
    while (at < source.length && !this.#paused) {
      at = this.#chunkLeft > 0 ? this.#readPayload(source, at) : this.#readHeader(source, at);
      if (at >= 0) continue;
      // What was held of a header goes beyond it.
      earlier = -at;
      source = Buffer.concat([this.#scratch.subarray(0, earlier), bytes]);
      this.#scanned -= earlier;
      at = 0;
    }
    if (at < earlier) {
      // Paused within it.
      this.#scratch.set(source.subarray(at, earlier));
      this.#scratchLength = earlier - at;
      at = earlier;
    }
    this.#scanned += at;
    return at - earlier;
  }

  #readPayload(bytes: Uint8Array, from: number): number {
    const stream = this.#current;
    const receivedBefore = stream.received;
    const chunkSize = this.#chunkSize;
    const end = bytes.length;
    let at = from;
    let chunkLeft = this.#chunkLeft;
    let left = stream.length - receivedBefore;
    if (!stream.started) this.#readFirstBytes(stream, bytes, at, Math.min(chunkLeft, end - at));
    const { started, continuation } = stream;
    const alone = this.#partialMessages === 1;
    // The hot path: usually the rest of the same message follows, each chunk with a one-byte header.
    for (;;) {
      const take = end - at < chunkLeft ? end - at : chunkLeft;
      if (stream.kept !== undefined) stream.keep(bytes, at, take, alone);
      at += take;
      left -= take;
      chunkLeft -= take;
      if (chunkLeft > 0 || left === 0 || at === end || bytes[at] !== continuation || !started) break;
      at++;
      chunkLeft = left < chunkSize ? left : chunkSize;
    }
    this.#chunkLeft = chunkLeft;
    stream.received = stream.length - left;
    this.#partialBytes += stream.received - receivedBefore;
    if (this.#partialBytes > this.#maxPartialBytes) {
      throw new ProtocolError(
        'TOO_MUCH_PARTIAL',
        `incomplete messages exceed ${this.#maxPartialBytes} bytes`,
      );
    }
    if (left === 0) this.#finish(stream, at);
    return at;
  }

  #readFirstBytes(stream: ChunkStream, bytes: Uint8Array, at: number, take: number): void {
    const { received } = stream;
    if (received === 0) stream.byte0 = bytes[at] as number;
    if (received + take >= 2) stream.byte1 = bytes[at + 1 - received] as number;
    else if (stream.length > 1) return;
    this.#start(stream);
    if (received === 1 && stream.kept !== undefined) stream.keep(Buffer.of(stream.byte0), 0, 1, false);
  }

  #start(stream: ChunkStream): void {
    stream.started = true;
    stream.start = stream.startAt - this.#scanned;
    const wanted = this.#handlers.onStart?.(stream);
    if (wanted === true || stream.isChunkControl) stream.keepPayload(stream.length);
    else if (wanted) stream.keepPayload(wanted);
  }

  #finish(stream: ChunkStream, end: number): void {
    const payload = stream.keptPayload;
    this.#partialMessages--;
    this.#partialBytes -= stream.length;
    stream.close();
    if (payload !== undefined && stream.isChunkControl) this.#obey(stream.typeId, payload);
    stream.payload = payload;
    stream.start = stream.startAt - this.#scanned;
    stream.end = end;
    stream.cleanEnd = this.#partialMessages === 0;
    this.#handlers.onEnd(stream);
    stream.payload = undefined;
  }

  /** Handles Set Chunk Size (5.4.1) and Abort (5.4.2), the two messages that affect chunk parsing. */
  #obey(typeId: number, payload: Buffer): void {
    const value = payload.readUInt32BE(0);
    if (typeId === 1) {
      if (value === 0) throw new ProtocolError('CHUNK_SIZE_ZERO', 'the chunk size was set to 0');
      if (value > 0x7fffffff)
        throw new ProtocolError('CHUNK_SIZE_NEGATIVE', `chunk size ${value} has its top bit set`);
      // Larger sizes are equivalent, because no message is longer than that.
      this.#chunkSize = Math.min(value, maxChunkSize);
      return;
    }
    const stream = this.#streams.find(value);
    if (stream === undefined || !stream.active) return;
    this.#partialMessages--;
    this.#partialBytes -= stream.received;
    stream.close();
  }

  /** Returns the header's end, or that of `bytes` if it extends past them. */
  #readHeader(bytes: Uint8Array, from: number): number {
    let at: number | undefined;
    if (this.#scratchLength === 0) {
      const used = this.#openChunk(bytes, from, this.#scanned + from);
      if (used === 0) {
        this.#scratch.set(bytes.subarray(from));
        this.#scratchLength = bytes.length - from;
        return bytes.length;
      }
      at = from + used;
    } else {
      at = this.#finishHeader(bytes);
      if (at === undefined) return bytes.length;
    }
    if (this.#current.length === 0) {
      this.#start(this.#current);
      this.#finish(this.#current, at);
    }
    return at;
  }

  /**
   * Continues a header from earlier buffers, byte by byte, because its length only becomes known while reading it. Returns where
   * it ends in `bytes`; undefined if it extends past them. A negative end: what was held for an extended timestamp is none, and
   * that many bytes of it, now at the start of the scratch, came before `bytes`.
   */
  #finishHeader(bytes: Uint8Array): number | undefined {
    const earlier = this.#scratchLength;
    const startAt = this.#scanned - earlier;
    for (const byte of bytes) {
      this.#scratch[this.#scratchLength++] = byte;
      const used = this.#openChunk(this.#scratch.subarray(0, this.#scratchLength), 0, startAt);
      if (used === 0) continue;
      this.#scratch.copyWithin(0, used, earlier);
      this.#scratchLength = 0;
      return used - earlier;
    }
    return undefined;
  }

  /**
   * Reads the chunk header at `from` and opens its chunk. Returns the header's length, or 0 if it extends past `bytes`; only a
   * complete header changes any state.
   */
  #openChunk(bytes: Uint8Array, from: number, startAt: number): number {
    const first = bytes[from] as number;
    const format = first >> 6;
    let id = first & 63;
    let at = from + (id > 1 ? 1 : 2 + id);
    if (at > bytes.length) return 0;
    if (id === 0) id = 64 + (bytes[at - 1] as number);
    else if (id === 1) id = 64 + (bytes[at - 2] as number) + (bytes[at - 1] as number) * 256;

    let stream = this.#streams.find(id);
    const fields = at;
    let time = 0;
    if (format === 3) {
      if (stream === undefined) throw withoutHeader(format, id);
      const repeats = stream.extendedTimestamp && stream.repeatsTimestamp(bytes, at);
      if (repeats === undefined) return 0;
      if (repeats) at += 4;
    } else {
      at += format === 0 ? 11 : format === 1 ? 7 : 3;
      if (at > bytes.length) return 0;
      time = uint24(bytes, fields);
      if (time === 0xffffff) {
        at += 4;
        if (at > bytes.length) return 0;
        time = uint24(bytes, at - 4) * 256 + (bytes[at - 1] as number);
      }
    }

    if (stream?.active) {
      if (format !== 3) {
        throw new ProtocolError(
          'CHUNK_HEADER_MID_MESSAGE',
          `chunk stream ${id} starts a message inside another`,
        );
      }
      // With one-byte chunks, others may have arrived between the message's start and its first bytes.
      if (!stream.started) stream.cleanStart = false;
    } else {
      this.#before = stream?.save();
      if (stream === undefined) {
        // librtmp opens some chunk streams with type 1; type 2 would have no length.
        if (format === 2) throw withoutHeader(format, id);
        stream = this.#streams.add(id);
      }
      if (format !== 3) stream.readFields(format, bytes, fields, time);
      else stream.timestampMs = (stream.timestampMs + stream.timestampDeltaMs) >>> 0;
      this.#begin(stream, startAt);
    }
    this.#current = stream;
    this.#chunkLeft = Math.min(this.#chunkSize, stream.length - stream.received);
    return at - from;
  }

  #begin(stream: ChunkStream, startAt: number): void {
    if (stream.length > this.#maxMessageBytes) {
      throw new ProtocolError(
        'MESSAGE_TOO_LONG',
        `a message of ${stream.length} bytes exceeds the limit of ${this.#maxMessageBytes}`,
      );
    }
    if (stream.isChunkControl && stream.length !== 4) {
      throw new ProtocolError(
        'CONTROL_MALFORMED',
        `control message ${stream.typeId} has ${stream.length} bytes`,
      );
    }
    stream.active = true;
    stream.started = false;
    stream.byte0 = -1;
    stream.byte1 = -1;
    stream.startAt = startAt;
    stream.cleanStart = this.#partialMessages === 0;
    this.#partialMessages++;
  }
}

function withoutHeader(format: number, id: number): ProtocolError {
  return new ProtocolError(
    'CHUNK_WITHOUT_HEADER',
    `chunk stream ${id} starts with a header of type ${format}`,
  );
}
