/** More than a 15 Mb/s publisher sends between two reads 33 ms apart. */
export const blockBytes = 64 * 1024;
/** Minimum size of a read: many short reads cost more than wasting the rest of a block. */
const minReadBytes = 8 * 1024;
/** Spare blocks for the next publisher that needs one, shared by all publishers of the process. */
const maxSpareBlocks = 256;

/**
 * The blocks that publishers' bytes are read into. Reads fill a block from front to end, so a publisher's bytes are
 * contiguous, are written to the worker from where they lie, and stay there as the replay log. All blocks have one size and
 * are reused: allocating and freeing memory at the rate of the media would cost more than the rest of the relay.
 */
export class ReadMemory {
  readonly #spare: Buffer[] = [];

  get spareBlocks(): number {
    return this.#spare.length;
  }

  /** Returns a block with arbitrary contents. */
  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
  }

  /** Takes back a block that is no longer read or written. */
  release(block: Buffer): void {
    if (this.#spare.length < maxSpareBlocks) this.#spare.push(block);
  }
}

/** One publisher's read position in {@link ReadMemory}. */
export class ReadCursor {
  readonly #memory: ReadMemory;
  #block: Buffer;
  #used = 0;

  constructor(memory: ReadMemory) {
    this.#memory = memory;
    this.#block = memory.take();
  }

  /** The block currently being filled: don't release it yet. */
  get block(): Buffer {
    return this.#block;
  }

  /** Where to put the next read. */
  target(): Buffer {
    if (blockBytes - this.#used < minReadBytes) this.#next();
    return this.#block.subarray(this.#used);
  }

  /** Whether a read used {@link target}: if so, `bytes` can be kept in place. */
  took(bytes: Buffer): boolean {
    if (bytes.buffer !== this.#block.buffer || bytes.byteOffset !== this.#used) return false;
    this.#used += bytes.length;
    return true;
  }

  /**
   * Copies in bytes that were read elsewhere because the read was under way when this cursor was created. `keep` receives
   * each piece.
   */
  copy(bytes: Buffer, keep: (piece: Buffer) => void): void {
    for (let from = 0; from < bytes.length; ) {
      const target = this.target();
      const copied = bytes.copy(target, 0, from);
      this.#used += copied;
      from += copied;
      keep(target.subarray(0, copied));
    }
  }

  #next(): void {
    this.#block = this.#memory.take();
    this.#used = 0;
  }
}
