const smallestBytes = 4 * 1024;
const largestBytes = 256 * 1024;

/**
 * The memory that one direction of a connection is read into: it doubles while reads fill it, so a quiet connection holds
 * 4 KiB and a busy one reads in big pieces. Used again only when the kernel took all that was written from it.
 */
export class ReadBuffer {
  #memory: Buffer = Buffer.allocUnsafeSlow(smallestBytes);

  get memory(): Buffer {
    return this.#memory;
  }

  /** After a read of `length` bytes was written on; `inUse` where the write still holds them. */
  read(length: number, inUse: boolean): void {
    const bytes = this.#memory.length;
    if (length === bytes && bytes < largestBytes) this.#memory = Buffer.allocUnsafeSlow(bytes * 2);
    else if (inUse) this.#memory = Buffer.allocUnsafeSlow(bytes);
  }
}
