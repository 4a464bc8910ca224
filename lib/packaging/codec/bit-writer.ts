/** Writes big-endian bit fields and Exp-Golomb codes (ITU-T H.264 9.1). */
export class BitWriter {
  #bytes: number[] = [];
  #current = 0;
  #filled = 0;

  get isAligned(): boolean {
    return this.#filled === 0;
  }

  /** An unsigned field of up to 32 bits. */
  bits(value: number, count: number): void {
    for (let at = count - 1; at >= 0; at--) this.bit(Math.floor(value / 2 ** at) & 1);
  }

  bit(value: number): void {
    this.#current = (this.#current << 1) | value;
    if (++this.#filled < 8) return;
    this.#bytes.push(this.#current);
    this.#current = 0;
    this.#filled = 0;
  }

  /** ue(v). */
  unsigned(value: number): void {
    const length = Math.floor(Math.log2(value + 1));
    this.bits(0, length);
    this.bits(value + 1, length + 1);
  }

  /** se(v). */
  signed(value: number): void {
    this.unsigned(value > 0 ? 2 * value - 1 : -2 * value);
  }

  alignWith(bit: 0 | 1): void {
    while (!this.isAligned) this.bit(bit);
  }

  /** Whole bytes only: align first. */
  toBytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

/** A NAL unit of this header byte and payload, with emulation prevention bytes (ITU-T H.264 7.4.1). */
export function escapeNal(header: number, payload: Uint8Array): Buffer {
  const bytes = [header];
  let zeros = 0;
  for (const byte of payload) {
    if (zeros >= 2 && byte <= 3) {
      bytes.push(3);
      zeros = 0;
    }
    bytes.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Buffer.from(bytes);
}
