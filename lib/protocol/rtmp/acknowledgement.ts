/** A peer that names a tiny window would get an answer to every packet. */
const smallestWindowBytes = 8192;

/**
 * Says when to send an Acknowledgement (RTMP 1.0, 5.4.3): each time half of the peer's window has come in, since some encoders
 * stop sending at the full window and the answer takes time to reach them.
 */
export class AckCounter {
  #windowBytes: number;
  #receivedBytes: number;
  #acknowledgedBytes: number;

  /** `windowBytes`: the peer's Window Acknowledgement Size (2,500,000 until it names one); `receivedBytes` so far. */
  constructor(windowBytes = 2_500_000, receivedBytes = 0) {
    this.#windowBytes = Math.max(windowBytes, smallestWindowBytes);
    this.#receivedBytes = receivedBytes;
    this.#acknowledgedBytes = receivedBytes;
  }

  get windowBytes(): number {
    return this.#windowBytes;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** The peer sent a Window Acknowledgement Size. */
  setWindow(windowBytes: number): void {
    this.#windowBytes = Math.max(windowBytes, smallestWindowBytes);
  }

  /** Counts bytes that came in; returns the sequence number to acknowledge now, or undefined. */
  received(bytes: number): number | undefined {
    this.#receivedBytes += bytes;
    if (this.#receivedBytes - this.#acknowledgedBytes < this.#windowBytes / 2) return undefined;
    this.#acknowledgedBytes = this.#receivedBytes;
    return this.#receivedBytes % 2 ** 32;
  }
}
