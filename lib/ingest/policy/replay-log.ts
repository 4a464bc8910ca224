import type { ChunkState } from '../../protocol/rtmp/chunk-state.ts';

/** A message to repeat before a replay: metadata or a sequence header, as the publisher sent it. */
export interface HeaderMessage {
  readonly typeId: number;
  readonly messageStreamId: number;
  readonly payload: Buffer;
}

/** A position in the publisher's bytes at which a reader can begin. */
export interface ReplayPoint {
  /** Bytes of the session before it. */
  readonly offset: number;
  /** Frames of the session before it, as counted by `isSessionFrame`. */
  readonly frames: number;
  /** Session time of its first message. */
  readonly timeMs: number;
  /** That message's timestamp as sent by the publisher, unsigned 32 bits. */
  readonly timestampMs: number;
  /** The latest session time of any media before it, which a reader that begins here never sees. */
  readonly missesThroughMs: number;
  /** State of the chunk reader there. */
  readonly state: ChunkState;
  /** Metadata and sequence headers in force there, in the order to send. */
  readonly headers: readonly HeaderMessage[];
}

/** Room in the log for a read that is under way. */
const readRoomBytes = 512 * 1024;

interface Piece {
  /** The whole memory that the bytes lie in. */
  readonly memory: Buffer;
  start: number;
  end: number;
}

/**
 * What a proxy keeps of one publisher so that another worker can take over (invariant 5): the raw bytes since the last point
 * before which all media is published. It holds the memory that the bytes were read into; nothing is copied. Bounded by
 * `maxBytes`: beyond it the oldest points are dropped, and if there is only one, nothing can be replayed until the next.
 */
export class ReplayLog {
  readonly #maxBytes: number;
  readonly #release: (memory: Buffer) => void;
  #pieces: Piece[] = [];
  /** Ascending offsets; a replay begins at the first. Bytes before it aren't held. */
  #points: ReplayPoint[];
  /** Offset of the first byte held. */
  #heldFrom: number;
  #end: number;

  /** `first` is the start of the session. `release` is called with memory that no longer holds any kept byte. */
  constructor(first: ReplayPoint, options: { maxBytes: number; release: (memory: Buffer) => void }) {
    this.#points = [first];
    this.#heldFrom = first.offset;
    this.#end = first.offset;
    this.#maxBytes = options.maxBytes;
    this.#release = options.release;
  }

  get heldBytes(): number {
    return this.#end - this.#heldFrom;
  }

  /** The next read may exceed the limit. Without a point, nothing is lost by that. */
  get isFull(): boolean {
    const roomBytes = this.#maxBytes - this.heldBytes;
    return this.#points.length > 0 && roomBytes < Math.min(readRoomBytes, this.#maxBytes / 2);
  }

  /** Where a replay would begin. */
  get point(): ReplayPoint | undefined {
    return this.#points[0];
  }

  /**
   * Appends bytes that lie in `memory` and must not change while held. Returns true if unpublished media had to be dropped to
   * stay within bounds.
   */
  append(bytes: Buffer, memory: Buffer = Buffer.from(bytes.buffer)): boolean {
    this.#end += bytes.length;
    const last = this.#pieces.at(-1);
    const start = bytes.byteOffset - memory.byteOffset;
    if (last?.memory === memory && last.end === start) last.end += bytes.length;
    else this.#pieces.push({ memory, start, end: start + bytes.length });
    if (this.heldBytes <= this.#maxBytes) return false;
    while (this.heldBytes > this.#maxBytes) this.#dropFirstPoint();
    return true;
  }

  /** Records a point within the appended bytes. */
  mark(point: ReplayPoint): void {
    if (point.offset < this.#heldFrom) return;
    if (this.#points.length === 0) this.#dropBytes(point.offset);
    this.#points.push(point);
  }

  /** Media through session time `timeMs` is published: drops what no replay needs. */
  publishedThrough(timeMs: number): void {
    let keep = 0;
    for (const [index, point] of this.#points.entries()) {
      if (point.timeMs <= timeMs && point.missesThroughMs < timeMs) keep = index;
    }
    if (keep === 0) return;
    this.#points.splice(0, keep);
    this.#dropBytes(this.#points[0]!.offset);
  }

  /** The point and all bytes since; undefined if there is no point to begin at. */
  replay(): { point: ReplayPoint; pieces: Buffer[] } | undefined {
    const point = this.#points[0];
    if (point === undefined) return undefined;
    return { point, pieces: this.#pieces.map(({ memory, start, end }) => memory.subarray(start, end)) };
  }

  /** Drops everything: the session has ended. */
  clear(): void {
    this.#points = [];
    this.#dropBytes(this.#end);
  }

  #dropFirstPoint(): void {
    this.#points.shift();
    this.#dropBytes(this.#points[0]?.offset ?? this.#end);
  }

  #dropBytes(offset: number): void {
    let left = offset - this.#heldFrom;
    let whole = 0;
    for (const piece of this.#pieces) {
      const length = piece.end - piece.start;
      if (left < length) {
        piece.start += left;
        break;
      }
      left -= length;
      whole++;
    }
    for (const piece of this.#pieces.splice(0, whole)) this.#release(piece.memory);
    this.#heldFrom = offset;
  }
}
