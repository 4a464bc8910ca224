/** More than a publisher of 15 Mb/s sends between two reads that are 33 ms apart. */
export const blockBytes = 64 * 1024;
/** A read is never given less than this: many short reads cost more than the rest of a block. */
const shortestReadBytes = 8 * 1024;
/** Blocks kept for the next publisher that needs one, by all publishers of the process together. */
const maxSpareBlocks = 256;

/**
 * The blocks that publishers' bytes are read into. Reads fill a block from its front to its end, so the bytes of a
 * publisher lie together, are written to the worker from where they are, and stay there as the replay log. All have one
 * size and go round: memory that is made and dropped at the rate of the media costs more than the rest of the relay.
 */
export class ReadMemory {
  readonly #spare: Buffer[] = [];

  get spareBlocks(): number {
    return this.#spare.length;
  }

  /** A block with whatever contents. */
  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
  }

  /** Takes back a block that nobody reads or writes any more. */
  release(block: Buffer): void {
    if (this.#spare.length < maxSpareBlocks) this.#spare.push(block);
  }
}

/** One publisher's reading place in {@link ReadMemory}. */
export class ReadCursor {
  readonly #memory: ReadMemory;
  #block: Buffer;
  #used = 0;

  constructor(memory: ReadMemory) {
    this.#memory = memory;
    this.#block = memory.take();
  }

  /** The block that is being read into: it must not be released yet. */
  get block(): Buffer {
    return this.#block;
  }

  /** Where the next read goes. */
  target(): Buffer {
    if (blockBytes - this.#used < shortestReadBytes) this.#next();
    return this.#block.subarray(this.#used);
  }

  /** Whether a read went where {@link target} said: then `bytes` can be kept as they are. */
  took(bytes: Buffer): boolean {
    if (bytes.buffer !== this.#block.buffer || bytes.byteOffset !== this.#used) return false;
    this.#used += bytes.length;
    return true;
  }

  /** Copies in what was read elsewhere: the read was under way when this cursor began. `keep` gets each piece. */
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
