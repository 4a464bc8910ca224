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
  #keepBytes = 0;
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
    this.#setExtended(uint24(bytes, at) === 0xffffff);
    // A full timestamp is the delta for type 3 (5.3.1.2.4), but nobody means one of hours: librtmp repeats its time so.
    this.timestampDeltaMs = format === 0 && this.extendedTimestamp ? 0 : time;
    this.timestampMs = format === 0 ? time : (this.timestampMs + time) >>> 0;
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

  /**
   * Whether a type 3 header goes on with an extended timestamp at `at`; undefined if more bytes are needed to tell. The field
   * should be there if the last header of another type had one (5.3.1.3), but some encoders leave it out, so its four bytes are
   * compared with what it could say: that header's timestamp or delta, or the time of the message.
   */
  repeatsTimestamp(bytes: Uint8Array, at: number): boolean | undefined {
    const had = Math.min(4, bytes.length - at);
    let said = 0;
    for (let index = at; index < at + had; index++) said = said * 256 + (bytes[index] as number);
    const unread = 256 ** (4 - had);
    const { timestampMs, timestampDeltaMs: deltaMs } = this;
    const nextMs = (timestampMs + deltaMs) >>> 0;
    const isLike =
      begins(timestampMs, said, unread) ||
      (deltaMs > 0 && begins(deltaMs, said, unread)) ||
      (!this.active && begins(nextMs, said, unread));
    if (!isLike) return false;
    return had === 4 ? true : undefined;
  }

  /** Set Chunk Size or Abort: they affect chunk parsing. */
  get isChunkControl(): boolean {
    return this.typeId === 1 || this.typeId === 2;
  }

  /** The payload is requested, at most `bytes` of it, but none of it has been passed to `keep` yet. */
  keepPayload(bytes: number): void {
    this.kept = nothing;
    this.#keepBytes = Math.min(bytes, this.length);
  }

  /** What was requested of a message that is complete. */
  get keptPayload(): Buffer | undefined {
    return this.kept?.subarray(0, this.#keptBytes);
  }

  /**
   * Copies payload into a separate buffer, which grows with the data received and never by a declared length. Only a message
   * that is alone may look ahead in the buffer: several would each allocate for the same bytes.
   */
  keep(bytes: Uint8Array, at: number, take: number, alone: boolean): void {
    const needed = Math.min(this.#keptBytes + take, this.#keepBytes);
    let kept = this.kept ?? nothing;
    if (kept.length < needed) {
      const ahead = alone ? this.#keptBytes + bytes.length - at : 0;
      const grown = Buffer.allocUnsafe(
        Math.min(this.#keepBytes, Math.max(1024, needed, ahead, 2 * kept.length)),
      );
      kept.copy(grown, 0, 0, this.#keptBytes);
      kept = grown;
      this.kept = grown;
    }
    copyBytes.call(bytes, kept, this.#keptBytes, at, at + needed - this.#keptBytes);
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

/** Whether the first bytes of a 32-bit field with value `ms` are `said`; `unread` is 256 to the power of the bytes after them. */
const begins = (ms: number, said: number, unread: number): boolean => Math.floor(ms / unread) === said;

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
