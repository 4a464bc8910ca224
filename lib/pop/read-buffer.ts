const smallestBytes = 4 * 1024;
const largestBytes = 256 * 1024;

/**
 * The read buffer of one direction of a connection: it doubles while reads fill it, so a quiet connection holds 4 KiB and a
 * busy one reads large pieces. It is reused only once the kernel has taken everything written from it.
 */
export class ReadBuffer {
  #memory: Buffer = Buffer.allocUnsafeSlow(smallestBytes);

  get memory(): Buffer {
    return this.#memory;
  }

  /** Call after a read of `length` bytes has been forwarded; `inUse` if the write still holds them. */
  read(length: number, inUse: boolean): void {
    const bytes = this.#memory.length;
    if (length === bytes && bytes < largestBytes) this.#memory = Buffer.allocUnsafeSlow(bytes * 2);
    else if (inUse) this.#memory = Buffer.allocUnsafeSlow(bytes);
  }
}
