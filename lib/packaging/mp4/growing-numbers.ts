/** A growing list of numbers in one typed array: a day of 60 fps has 5 million samples, which would be 200 MB as objects. */
export class GrowingNumbers {
  #numbers: Float64Array | Uint32Array;
  #length = 0;

  /** `wide`: up to 2⁵³ instead of 2³². */
  constructor(wide = false) {
    this.#numbers = wide ? new Float64Array(256) : new Uint32Array(256);
  }

  get length(): number {
    return this.#length;
  }

  at(index: number): number {
    return this.#numbers[index < 0 ? this.#length + index : index] ?? 0;
  }

  push(value: number): void {
    if (this.#length === this.#numbers.length) {
      const larger =
        this.#numbers instanceof Float64Array
          ? new Float64Array(this.#length * 2)
          : new Uint32Array(this.#length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length++] = value;
  }

  set(index: number, value: number): void {
    this.#numbers[index < 0 ? this.#length + index : index] = value;
  }

  /** All of them as 32 bits each, big endian. */
  u32(): Buffer {
    const bytes = Buffer.allocUnsafe(this.#length * 4);
    for (let at = 0; at < this.#length; at++) bytes.writeUInt32BE(this.#numbers[at]! >>> 0, at * 4);
    return bytes;
  }
}

/** Values with how often each is repeated, as `stts` and `ctts` store them. */
export class RunLengths {
  /** Count, value, count, value, … Values are stored modulo 2³², as the signed ones of `ctts` version 1. */
  readonly #runs = new GrowingNumbers();

  get runs(): number {
    return this.#runs.length / 2;
  }

  push(value: number): void {
    const stored = value >>> 0;
    if (this.#runs.length > 0 && this.#runs.at(-1) === stored) this.#runs.set(-2, this.#runs.at(-2) + 1);
    else {
      this.#runs.push(1);
      this.#runs.push(stored);
    }
  }

  /** Whether there is nothing but zeros. */
  get isZero(): boolean {
    return this.runs <= 1 && this.#runs.at(1) === 0;
  }

  u32(): Buffer {
    return this.#runs.u32();
  }
}
