import type { BodyReader } from './body-reader.ts';

/** How one response reads a body, for whoever may need its memory more. */
export interface SharedReading {
  stalledSinceMs: number | undefined;
  /** What the client reads with. */
  reader: { close(): void } | undefined;
  /** Tells whoever sends the body that it is cut off. */
  onCut: (() => void) | undefined;
}

const firstBytes = 16 * 1024;
/** A complete body of unknown size keeps up to this share of its memory unused, rather than being copied into less. */
const keptShare = 1 / 8;

/** Up to this many waiting readers are notified of every piece immediately. */
const fewReaders = 32;
/**
 * Minimum interval between notifications of a larger herd: sending a 64 kB piece to each of thousands of readers costs as
 * many writes as sending the whole segment, and viewers don't notice a wait of milliseconds.
 */
const herdPauseMs = 5;

/**
 * The bytes of one object, during and after arrival, read by any number of clients at once, each at its own pace. They are
 * in one buffer, allocated at the declared size or grown by doubling; readers get views of it.
 */
export class SharedBody {
  readonly declaredBytes: number | undefined;
  #buffer: Buffer;
  #filledBytes = 0;
  #state: 'filling' | 'complete' | 'failed' = 'filling';
  #waiting: (() => void)[] = [];
  #herdTimer: NodeJS.Timeout | undefined;

  /** `expectedBytes`: memory to allocate at first, if no size is declared. */
  constructor(declaredBytes?: number, expectedBytes?: number) {
    this.declaredBytes = declaredBytes;
    this.#buffer = Buffer.allocUnsafeSlow(SharedBody.capacityFor(declaredBytes ?? expectedBytes));
  }

  /** Memory that a body of this declared size allocates at first. */
  static capacityFor(declaredBytes: number | undefined): number {
    return declaredBytes ?? firstBytes;
  }

  /** A complete body. */
  static of(bytes: Uint8Array): SharedBody {
    const body = new SharedBody(bytes.length);
    body.append(bytes);
    body.complete();
    return body;
  }

  get state(): 'filling' | 'complete' | 'failed' {
    return this.#state;
  }

  get filledBytes(): number {
    return this.#filledBytes;
  }

  /** Allocated memory. */
  get capacityBytes(): number {
    return this.#buffer.length;
  }

  /** Additional memory that appending this many bytes will allocate. */
  growthFor(bytes: number): number {
    return this.#capacityFor(bytes) - this.#buffer.length;
  }

  /** The size, if known yet. */
  get sizeBytes(): number | undefined {
    return this.#state === 'complete' ? this.#filledBytes : this.declaredBytes;
  }

  /** Readers are told once, however many pieces the bytes come in. */
  append(...pieces: readonly Uint8Array[]): void {
    const capacity = this.#capacityFor(pieces.reduce((sum, { length }) => sum + length, 0));
    if (capacity > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(capacity);
      this.#buffer.copy(larger, 0, 0, this.#filledBytes);
      this.#buffer = larger;
    }
    for (const bytes of pieces) {
      this.#buffer.set(bytes, this.#filledBytes);
      this.#filledBytes += bytes.length;
    }
    if (this.#waiting.length <= fewReaders) this.#wake();
    else this.#herdTimer ??= setTimeout(() => this.#wake(), herdPauseMs);
  }

  complete(): void {
    if (this.#filledBytes < this.#buffer.length * (1 - keptShare)) {
      this.#buffer = Buffer.from(this.#buffer.subarray(0, this.#filledBytes));
    }
    this.#state = 'complete';
    this.#wake();
  }

  /** The rest will never arrive. Readers must not treat what they have as complete. */
  fail(): void {
    this.#state = 'failed';
    this.#wake();
  }

  /** The bytes of this window that have arrived. */
  view(start: number, end: number): Buffer {
    return this.#buffer.subarray(start, Math.min(end, this.#filledBytes));
  }

  whenMore(callback: () => void): void {
    this.#waiting.push(callback);
  }

  #capacityFor(bytes: number): number {
    let capacity = Math.max(this.#buffer.length, firstBytes);
    const needed = this.#filledBytes + bytes;
    if (needed <= this.#buffer.length) return this.#buffer.length;
    while (capacity < needed) capacity *= 2;
    return capacity;
  }

  #wake(): void {
    clearTimeout(this.#herdTimer);
    this.#herdTimer = undefined;
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    for (const callback of waiting) callback();
  }
}

/** Reads a window of a shared body; `end` undefined reads to the end, wherever that turns out to be. */
export class SharedBodyReader implements BodyReader {
  readonly #body: SharedBody;
  readonly #end: number;
  readonly #released: () => void;
  readonly #reading: SharedReading | undefined;
  #position: number;
  #open = true;

  constructor(
    body: SharedBody,
    window: { start: number; end?: number },
    released: () => void = () => {},
    reading?: SharedReading,
  ) {
    this.#body = body;
    this.#position = window.start;
    this.#end = window.end ?? Number.POSITIVE_INFINITY;
    this.#released = released;
    this.#reading = reading;
    if (reading) reading.reader = this;
  }

  next(maxBytes: number): Uint8Array | 'wait' | 'end' | 'failed' {
    if (this.#position >= this.#end) return 'end';
    if (this.#position < this.#body.filledBytes) {
      const bytes = this.#body.view(this.#position, Math.min(this.#end, this.#position + maxBytes));
      this.#position += bytes.length;
      return bytes;
    }
    if (this.#body.state === 'filling') return 'wait';
    return this.#body.state === 'complete' ? 'end' : 'failed';
  }

  rest(): Uint8Array | undefined {
    const { state, filledBytes } = this.#body;
    if (state !== 'complete' && filledBytes < this.#end) return undefined;
    const bytes = this.#body.view(this.#position, Math.min(this.#end, filledBytes));
    this.#position += bytes.length;
    return bytes;
  }

  whenMore(callback: () => void): void {
    this.#body.whenMore(() => {
      if (this.#open) callback();
    });
  }

  stalled(sinceMs: number | undefined): void {
    if (this.#reading) this.#reading.stalledSinceMs = sinceMs;
  }

  whenCut(callback: () => void): void {
    if (this.#reading) this.#reading.onCut = callback;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#released();
  }
}
