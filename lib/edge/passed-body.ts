import type { BodyReader } from '../net/body-reader.ts';
import type { ObjectReading } from './object-reading.ts';

/**
 * The body of a response that isn't stored, for one client: the next tier's next piece is taken once the client has taken the last
 * one, so it occupies no more than that.
 */
export class PassedBody implements BodyReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #window: { readonly start: number; readonly end: number };
  readonly #reading: ObjectReading;
  readonly #closed: () => void;
  #piece: Uint8Array = new Uint8Array(0);
  /** Where in the body `#piece` begins. */
  #at = 0;
  #state: 'open' | 'end' | 'failed' = 'open';
  #isTaking = false;
  #isClosed = false;
  #waiting: (() => void) | undefined;

  /** `end` undefined means to the end of the body. */
  constructor(
    pieces: AsyncIterable<Uint8Array>,
    window: { readonly start: number; readonly end?: number },
    reading: ObjectReading,
    closed: () => void,
  ) {
    this.#pieces = pieces[Symbol.asyncIterator]();
    this.#window = { start: window.start, end: window.end ?? Number.POSITIVE_INFINITY };
    this.#reading = reading;
    reading.reader = this;
    this.#closed = closed;
  }

  next(maxBytes: number): Uint8Array | 'wait' | 'end' | 'failed' {
    if (this.#at >= this.#window.end) return 'end';
    const skipped = Math.min(this.#piece.length, Math.max(0, this.#window.start - this.#at));
    const length = Math.min(this.#piece.length - skipped, maxBytes, this.#window.end - this.#at - skipped);
    const bytes = this.#piece.subarray(skipped, skipped + length);
    this.#piece = this.#piece.subarray(skipped + length);
    this.#at += skipped + length;
    if (length > 0) return bytes;
    if (this.#state === 'open') return 'wait';
    // The end has been announced: a body that ends before it is truncated.
    return this.#window.end === Number.POSITIVE_INFINITY ? this.#state : 'failed';
  }

  rest(): undefined {}

  whenMore(callback: () => void): void {
    this.#waiting = callback;
    if (!this.#isTaking) void this.#take();
  }

  stalled(sinceMs: number | undefined): void {
    this.#reading.stalledSinceMs = sinceMs;
  }

  whenCut(callback: () => void): void {
    this.#reading.onCut = callback;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = undefined;
    this.#leave().catch(() => {});
    this.#closed();
  }

  /** Reading a body to its end keeps the connection; anything else closes it. */
  async #leave(): Promise<void> {
    const isRead = this.#at >= this.#window.end && (await this.#pieces.next()).done;
    if (!isRead) await this.#pieces.return?.();
  }

  async #take(): Promise<void> {
    this.#isTaking = true;
    try {
      const { value, done } = await this.#pieces.next();
      if (done) this.#state = 'end';
      else this.#piece = value;
    } catch {
      this.#state = 'failed';
    }
    this.#isTaking = false;
    const callback = this.#waiting;
    this.#waiting = undefined;
    callback?.();
  }
}
