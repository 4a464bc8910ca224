/** Lower limit, because a peer with a tiny window would get an acknowledgement for every packet. */
const smallestWindowBytes = 8192;

/**
 * Decides when to send an Acknowledgement (RTMP 1.0, 5.4.3): each time half of the peer's window has been received, because
 * some encoders stop sending at the full window and the acknowledgement takes time to arrive.
 */
export class AckCounter {
  #windowBytes: number;
  #receivedBytes: number;
  #acknowledgedBytes: number;

  /** `windowBytes`: the peer's Window Acknowledgement Size (2,500,000 until it sends one); `receivedBytes` so far. */
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

  /** Counts received bytes; returns the sequence number to acknowledge now, or undefined. */
  received(bytes: number): number | undefined {
    this.#receivedBytes += bytes;
    if (this.#receivedBytes - this.#acknowledgedBytes < this.#windowBytes / 2) return undefined;
    this.#acknowledgedBytes = this.#receivedBytes;
    return this.#receivedBytes % 2 ** 32;
  }
}
