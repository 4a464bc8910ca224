/** The first block of a publisher, and the largest: it doubles while single reads fill more than half a block. */
const smallestBlockBytes = 64 * 1024;
const largestBlockBytes = 256 * 1024;
/** A read is never given less than this: many short reads cost more than the rest of a block. */
const shortestReadBytes = 8 * 1024;
/** Blocks kept for the next publisher that needs one, by all publishers of the process together. */
const maxSpareBytes = 8 * 1024 * 1024;

/**
 * The blocks that publishers' bytes are read into. Reads fill a block from its front to its end, so the bytes of a
 * publisher lie together, are written to the worker from where they are, and stay there as the replay log.
 */
export class ReadMemory {
  readonly #spare = new Map<number, Buffer[]>();
  #spareBytes = 0;

  get spareBytes(): number {
    return this.#spareBytes;
  }

  /** A block of 2ⁿ bytes with whatever contents. */
  take(bytes: number): Buffer {
    const block = this.#spare.get(bytes)?.pop();
    if (block === undefined) return Buffer.allocUnsafeSlow(bytes);
    this.#spareBytes -= bytes;
    return block;
  }

  /** Takes back a block that nobody reads or writes any more. */
  release(block: Buffer): void {
    const bytes = block.length;
    if (this.#spareBytes + bytes > maxSpareBytes) return;
    this.#spareBytes += bytes;
    const spare = this.#spare.get(bytes);
    if (spare === undefined) this.#spare.set(bytes, [block]);
    else spare.push(block);
  }
}

/** One publisher's reading place in {@link ReadMemory}. */
export class ReadCursor {
  readonly #memory: ReadMemory;
  #block: Buffer;
  #used = 0;

  constructor(memory: ReadMemory) {
    this.#memory = memory;
    this.#block = memory.take(smallestBlockBytes);
  }

  /** Whether bytes are still being read into `block`: then it must not be released yet. */
  isReadingInto(block: Buffer): boolean {
    return block.buffer === this.#block.buffer;
  }

  /** Where the next read goes. */
  target(): Buffer {
    if (this.#block.length - this.#used < shortestReadBytes) this.#next(this.#block.length);
    return this.#block.subarray(this.#used);
  }

  /**
   * The bytes of a read as they lie in the block, to be kept. Bytes that were read elsewhere (the read was under way when
   * this cursor began) are copied in.
   */
  accept(bytes: Buffer): Buffer[] {
    if (bytes.buffer === this.#block.buffer && bytes.byteOffset === this.#used) {
      return [this.#take(bytes.length)];
    }
    const pieces = [];
    for (let from = 0; from < bytes.length; ) {
      const copied = bytes.copy(this.target(), 0, from);
      pieces.push(this.#take(copied));
      from += copied;
    }
    return pieces;
  }

  #take(length: number): Buffer {
    const kept = this.#block.subarray(this.#used, this.#used + length);
    this.#used += length;
    if (this.#used === this.#block.length) {
      const bulk = length > this.#block.length / 2;
      this.#next(bulk ? Math.min(this.#block.length * 2, largestBlockBytes) : this.#block.length);
    }
    return kept;
  }

  #next(bytes: number): void {
    this.#block = this.#memory.take(bytes);
    this.#used = 0;
  }
}
