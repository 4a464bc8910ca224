import type { Connection } from '../net/socket.ts';
import type { RtmpMessage } from '../protocol/rtmp/chunk-reader.ts';
import type { Handover } from '../protocol/rtmp/server-session.ts';
import { PublisherStream, type PublisherStreamOptions } from './policy/publisher-stream.ts';
import { ReadCursor, type ReadMemory } from './policy/read-memory.ts';
import { Gathered } from './policy/write-batch.ts';

export interface FeedLimits {
  /** The most to keep of a publisher for a replay, in bytes. 0 keeps nothing. */
  readonly replayMaxBytes: number;
}

export interface PublisherFeedOptions {
  readonly publisher: Connection;
  readonly handover: Handover;
  readonly memory: ReadMemory;
  readonly limits: FeedLimits;
  readonly reply: (messages: readonly RtmpMessage[]) => void;
  /** Unpublished media was dropped to stay within bounds. Called once until something is confirmed again. */
  readonly overflowed: (heldBytes: number) => void;
  readonly unreadable: PublisherStreamOptions['unreadable'];
  /** Whether a link may still be reading memory that it was given. */
  readonly isWriting: () => boolean;
}

/**
 * The publisher's side of a relay: where its bytes are read to, what is answered, what is kept for a replay, and whether it
 * is read at all. Knows nothing of workers.
 */
export class PublisherFeed {
  readonly stream: PublisherStream;
  readonly #options: PublisherFeedOptions;
  readonly #cursor: ReadCursor;
  /** Read, but not yet returned by {@link gathered}. */
  readonly #pending = new Gathered();
  #isHeld = false;
  #hasLeft = false;
  #confirmedMs = 0;
  #hasOverflowed = false;

  constructor(options: PublisherFeedOptions) {
    const { handover, limits, memory } = options;
    this.#options = options;
    this.#cursor = new ReadCursor(memory);
    this.stream = new PublisherStream({
      chunkState: handover.chunkState,
      acknowledgement: handover.acknowledgement,
      replayMaxBytes: limits.replayMaxBytes,
      release: (block) => this.#release(block),
      unreadable: options.unreadable,
    });
    if (handover.rest.length > 0) this.take(handover.rest, true);
  }

  /** Reading is paused because the worker is behind or there is none. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  get isEmpty(): boolean {
    return this.#pending.empty;
  }

  /** The memory for the next read. */
  into(): Uint8Array {
    return this.#cursor.target();
  }

  /**
   * `counted`: the bytes are already included in the acknowledgement count. Throws `ProtocolError`; close the publisher then.
   */
  take(bytes: Buffer, counted = false): void {
    if (this.#cursor.took(bytes)) this.#keep(bytes, counted);
    else this.#cursor.copy(bytes, (copied) => this.#keep(copied, counted));
  }

  /** Returns what was read since the last call. It doesn't change while `isWriting`. */
  gathered(): Buffer[] {
    return this.#pending.take();
  }

  hold(): void {
    if (this.#hasLeft) return;
    this.#isHeld = true;
    this.#options.publisher.pause();
  }

  resume(): void {
    if (this.#hasLeft) return;
    this.#isHeld = false;
    this.#options.publisher.resume();
  }

  /** The publisher has ended its stream: whether its connection is read is no longer decided here. */
  leave(): void {
    this.#hasLeft = true;
    this.#isHeld = false;
  }

  /**
   * Media through session time `timeMs` is in the origin and may be dropped; `later`: not before {@link forgetConfirmed},
   * because a worker has been told where its replay begins.
   */
  confirmed(timeMs: number, later: boolean): void {
    this.#confirmedMs = Math.max(this.#confirmedMs, timeMs);
    if (later) return;
    this.stream.publishedThrough(timeMs);
    this.#hasOverflowed = false;
  }

  /** Drops everything confirmed. */
  forgetConfirmed(): void {
    if (this.#confirmedMs > 0) this.stream.publishedThrough(this.#confirmedMs);
  }

  /** Drops everything: the session has ended. */
  clear(): void {
    this.#pending.take();
    this.stream.clear();
  }

  #keep(bytes: Buffer, counted: boolean): void {
    if (!this.stream.unpublished) this.#pending.add(bytes);
    const { replies, overflowed } = this.stream.take(bytes, { memory: this.#cursor.block, counted });
    if (replies.length > 0) this.#options.reply(replies);
    if (!overflowed || this.#hasOverflowed || this.#options.limits.replayMaxBytes === 0) return;
    this.#hasOverflowed = true;
    this.#options.overflowed(this.stream.heldBytes);
  }

  /** Memory goes to the next reader only when no read or write can still touch it. */
  #release(block: Buffer): void {
    const inUse = !this.#pending.empty || this.#options.isWriting() || block === this.#cursor.block;
    if (!inUse) this.#options.memory.release(block);
  }
}
