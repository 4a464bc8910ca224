/** A read past the last bit. Parsers convert it to their own error. */
export class OutOfBitsError extends Error {
  override readonly name = 'OutOfBitsError';
  readonly code = 'OUT_OF_BITS';
}

/** Reads big-endian bit fields and Exp-Golomb codes (ITU-T H.264 9.1). */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get bitsLeft(): number {
    return this.#bytes.length * 8 - this.#at;
  }

  /** An unsigned field of up to 32 bits. */
  bits(count: number): number {
    if (count > this.bitsLeft) throw new OutOfBitsError('The bit string ends inside a field');
    let value = 0;
    for (let rest = count; rest > 0; rest--, this.#at++) {
      value = value * 2 + ((this.#bytes[this.#at >> 3]! >> (7 - (this.#at & 7))) & 1);
    }
    return value;
  }

  flag(): boolean {
    return this.bits(1) === 1;
  }

  skip(count: number): void {
    if (count > this.bitsLeft) throw new OutOfBitsError('The bit string ends inside a field');
    this.#at += count;
  }

  /** ue(v): at most 32 leading zeros. */
  unsigned(): number {
    let zeros = 0;
    while (!this.flag()) {
      zeros += 1;
      if (zeros > 32) throw new OutOfBitsError('An Exp-Golomb code has more than 32 leading zeros');
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** se(v). */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}

/** A NAL unit's payload without emulation prevention bytes (ITU-T H.264 7.4.1). */
export function unescapeNal(nal: Uint8Array): Buffer {
  const plain = Buffer.allocUnsafe(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    plain[length++] = byte;
  }
  return plain.subarray(0, length);
}
