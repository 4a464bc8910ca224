import { Buffer } from 'node:buffer';
import type { ChunkStreamState } from './chunk-state.ts';
import { ProtocolError } from './errors.ts';

const nothing = Buffer.alloc(0);

/** Copies from any Uint8Array without creating a view first. */
const copyBytes = Buffer.prototype.copy;

export function uint24(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
}

/**
 * One chunk stream of a scanner: its last message header, and the progress of the current message. The scanner passes it out as
 * `ScannedMessage`.
 */
export class ChunkStream {
  readonly chunkStreamId: number;
  timestampMs = 0;
  timestampDeltaMs = 0;
  length = 0;
  typeId = 0;
  messageStreamId = 0;
  extendedTimestamp = false;

  /** A message is partial. */
  active = false;
  /** `onStart` has been called for it. */
  started = false;
  received = 0;
  byte0 = -1;
  byte1 = -1;
  /** Offset of the message's first header byte in the whole scanned stream. */
  startAt = 0;
  start = 0;
  end = 0;
  cleanStart = false;
  cleanEnd = false;
  payload: Buffer | undefined = undefined;
  /** Payload so far, with room to grow; undefined unless requested. */
  kept: Buffer | undefined = undefined;
  #keptBytes = 0;
  /** The header byte of a continuation chunk, -1 if such a header is longer than one byte. */
  continuation: number;

  constructor(chunkStreamId: number) {
    this.chunkStreamId = chunkStreamId;
    this.continuation = chunkStreamId > 63 ? -1 : 0xc0 | chunkStreamId;
  }

  restore(state: ChunkStreamState): void {
    this.timestampMs = state.timestampMs;
    this.timestampDeltaMs = state.timestampDeltaMs;
    this.length = state.length;
    this.typeId = state.typeId;
    this.messageStreamId = state.messageStreamId;
    this.#setExtended(state.extendedTimestamp);
  }

  #setExtended(extended: boolean): void {
    this.extendedTimestamp = extended;
    this.continuation = extended || this.chunkStreamId > 63 ? -1 : 0xc0 | this.chunkStreamId;
  }

  /** Applies a message header of format 0, 1 or 2 (5.3.1.2) at `at`; `time` is its timestamp or delta, extended or not. */
  readFields(format: number, bytes: Uint8Array, at: number, time: number): void {
    this.timestampDeltaMs = time;
    this.timestampMs = format === 0 ? time : (this.timestampMs + time) >>> 0;
    this.#setExtended(uint24(bytes, at) === 0xffffff);
    if (format === 2) return;
    this.length = uint24(bytes, at + 3);
    this.typeId = bytes[at + 6] as number;
    if (format === 1) return;
    // The only little-endian field.
    const [a, b, c, d] = [bytes[at + 7], bytes[at + 8], bytes[at + 9], bytes[at + 10]] as [
      number,
      number,
      number,
      number,
    ];
    this.messageStreamId = (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }

  /** Set Chunk Size or Abort: they affect chunk parsing. */
  get isChunkControl(): boolean {
    return this.typeId === 1 || this.typeId === 2;
  }

  /** The payload is requested, but none of it has been passed to `keep` yet. */
  keepPayload(): void {
    this.kept = nothing;
  }

  /**
   * Copies payload into a separate buffer, which grows with the data received and never by a declared length. Only a message
   * that is alone may look ahead in the buffer: several would each allocate for the same bytes.
   */
  keep(bytes: Uint8Array, at: number, take: number, alone: boolean): void {
    const needed = this.#keptBytes + take;
    let kept = this.kept ?? nothing;
    if (kept.length < needed) {
      const ahead = alone ? this.#keptBytes + bytes.length - at : 0;
      const grown = Buffer.allocUnsafe(Math.min(this.length, Math.max(1024, needed, ahead, 2 * kept.length)));
      kept.copy(grown, 0, 0, this.#keptBytes);
      kept = grown;
      this.kept = grown;
    }
    copyBytes.call(bytes, kept, this.#keptBytes, at, at + take);
    this.#keptBytes = needed;
  }

  save(): ChunkStreamState {
    return {
      chunkStreamId: this.chunkStreamId,
      timestampMs: this.timestampMs,
      timestampDeltaMs: this.timestampDeltaMs,
      length: this.length,
      typeId: this.typeId,
      messageStreamId: this.messageStreamId,
      extendedTimestamp: this.extendedTimestamp,
    };
  }

  /** Forgets the current message, which ended or was aborted. */
  close(): void {
    this.active = false;
    this.received = 0;
    this.kept = undefined;
    this.#keptBytes = 0;
  }
}

/** A scanner's chunk streams by id: an array for the ids that encoders use, a map for all others. */
export class ChunkStreams {
  readonly #max: number;
  readonly #low: (ChunkStream | undefined)[] = new Array(64).fill(undefined);
  readonly #high = new Map<number, ChunkStream>();
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  find(id: number): ChunkStream | undefined {
    return id < 64 ? this.#low[id] : this.#high.get(id);
  }

  add(id: number): ChunkStream {
    if (this.#count === this.#max) {
      throw new ProtocolError('TOO_MANY_CHUNK_STREAMS', `more than ${this.#max} chunk streams`);
    }
    this.#count++;
    const stream = new ChunkStream(id);
    if (id < 64) this.#low[id] = stream;
    else this.#high.set(id, stream);
    return stream;
  }

  all(): ChunkStream[] {
    return [...this.#low.filter((stream) => stream !== undefined), ...this.#high.values()];
  }
}
