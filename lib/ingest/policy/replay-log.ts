import type { ChunkState } from '../../protocol/rtmp/chunk-state.ts';
import { ReadCursor, ReadMemory } from './read-memory.ts';

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
/** What points may occupy beside one byte for each byte held: a publisher with ordinary key frames never needs more. */
const pointAllowanceBytes = 64 * 1024;
const pointBytes = 512;
const chunkStreamBytes = 128;

/** About what a point occupies in memory, its headers' payloads aside: those are copies of bytes that were sent. */
export const pointCost = (chunkStreams: number): number => pointBytes + chunkStreams * chunkStreamBytes;

interface Piece {
  /** The whole memory that the bytes lie in. */
  readonly memory: Buffer;
  readonly release: (memory: Buffer) => void;
  start: number;
  end: number;
}

/**
 * What a proxy keeps of one publisher so that another worker can take over (invariant 5): the raw bytes since the last point
 * before which all media is published. It holds the memory that the bytes were read into if it may. Bounded by
 * `maxBytes`, which points count towards: beyond it the oldest points are dropped, and if there is only one, nothing can be replayed
 * until the next. Points that come so close together that they would cost more than the bytes between them are left out: a replay
 * then begins at the one before.
 */
export class ReplayLog {
  readonly #maxBytes: number;
  readonly #release: (memory: Buffer) => void;
  readonly #copies = new ReadMemory();
  #copyCursor: ReadCursor | undefined;
  #pieces: Piece[] = [];
  /** Ascending offsets; a replay begins at the first. Bytes before it aren't held. */
  #points: ReplayPoint[];
  #pointsCost: number;
  /** Offset of the first byte held. */
  #heldFrom: number;
  #end: number;

  /** `first` is the start of the session. `release` is called with passed memory that no longer holds any kept byte. */
  constructor(first: ReplayPoint, options: { maxBytes: number; release: (memory: Buffer) => void }) {
    this.#points = [first];
    this.#pointsCost = costOf(first);
    this.#heldFrom = first.offset;
    this.#end = first.offset;
    this.#maxBytes = options.maxBytes;
    this.#release = options.release;
  }

  get heldBytes(): number {
    return this.#end - this.#heldFrom;
  }

  /** With what its points occupy beyond their allowance. */
  get #sizeBytes(): number {
    return this.heldBytes + Math.max(0, this.#pointsCost - pointAllowanceBytes);
  }

  /** Whether {@link mark} would record a point with so many chunk streams. Ask first: making one costs more than most messages. */
  hasRoomForPoint(chunkStreams: number): boolean {
    return this.#pointsCost + pointCost(chunkStreams) <= pointAllowanceBytes + this.heldBytes;
  }

  /** The next read may exceed the limit. Without a point, nothing is lost by that. */
  get isFull(): boolean {
    const roomBytes = this.#maxBytes - this.#sizeBytes;
    return this.#points.length > 0 && roomBytes < Math.min(readRoomBytes, this.#maxBytes / 2);
  }

  /** Where a replay would begin. */
  get point(): ReplayPoint | undefined {
    return this.#points[0];
  }

  /**
   * Appends bytes that lie in `memory` and must not change while held; without `memory`, a copy of them. Returns true if unpublished
   * media had to be dropped to stay within bounds.
   */
  append(bytes: Buffer, memory?: Buffer): boolean {
    if (memory) this.#hold(bytes, memory, this.#release);
    else this.#copy(bytes);
    if (this.#sizeBytes <= this.#maxBytes) return false;
    while (this.#sizeBytes > this.#maxBytes) this.#dropFirstPoint();
    return true;
  }

  /** Records a point within the appended bytes, if there is room for it. */
  mark(point: ReplayPoint): void {
    if (point.offset < this.#heldFrom || !this.hasRoomForPoint(point.state.streams.length)) return;
    if (this.#points.length === 0) this.#dropBytes(point.offset);
    this.#points.push(point);
    this.#pointsCost += costOf(point);
  }

  /** Media through session time `timeMs` is published: drops what no replay needs. */
  publishedThrough(timeMs: number): void {
    let keep = 0;
    for (const [index, point] of this.#points.entries()) {
      if (point.timeMs <= timeMs && point.missesThroughMs < timeMs) keep = index;
    }
    if (keep === 0) return;
    for (const point of this.#points.splice(0, keep)) this.#pointsCost -= costOf(point);
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
    this.#pointsCost = 0;
    this.#dropBytes(this.#end);
  }

  /** Into blocks that are used again: bytes that came in small pieces would else keep alive the larger memory each lies in. */
  #copy(bytes: Buffer): void {
    this.#copyCursor ??= new ReadCursor(this.#copies);
    const cursor = this.#copyCursor;
    const release = (block: Buffer): void => {
      if (block !== cursor.block) this.#copies.release(block);
    };
    cursor.copy(bytes, (copied) => this.#hold(copied, cursor.block, release));
  }

  #hold(bytes: Buffer, memory: Buffer, release: Piece['release']): void {
    this.#end += bytes.length;
    const last = this.#pieces.at(-1);
    const start = bytes.byteOffset - memory.byteOffset;
    if (last?.memory === memory && last.end === start) last.end += bytes.length;
    else this.#pieces.push({ memory, release, start, end: start + bytes.length });
  }

  #dropFirstPoint(): void {
    const dropped = this.#points.shift();
    if (dropped) this.#pointsCost -= costOf(dropped);
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
    for (const piece of this.#pieces.splice(0, whole)) piece.release(piece.memory);
    this.#heldFrom = offset;
  }
}

const costOf = (point: ReplayPoint): number => pointCost(point.state.streams.length);
