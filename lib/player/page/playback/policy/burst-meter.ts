/** A pause in a growing segment this long is the encoder's, not the network's. */
const idleMs = 60;
/** Fewer bytes tell nothing of the network. */
const leastBytes = 8_192;
/** A burst that arrives at once took at most about this long. */
const leastMs = 5;

export interface Burst {
  readonly bytes: number;
  readonly ms: number;
}

/**
 * The network's throughput while a segment grows: parts come in bursts, and between them nothing, whatever the network could do. Only
 * the time of the bursts counts; with the pauses every rung would look like all that the network can carry.
 */
export class BurstMeter {
  #burst = { bytes: 0, fromMs: 0, lastMs: Number.NEGATIVE_INFINITY };
  #bytes = 0;
  #ms = 0;

  arrived(bytes: number, nowMs: number): void {
    if (nowMs - this.#burst.lastMs > idleMs) {
      this.#close();
      this.#burst = { bytes: 0, fromMs: nowMs, lastMs: nowMs };
    }
    this.#burst.bytes += bytes;
    this.#burst.lastMs = nowMs;
  }

  /** What arrived since the last call; undefined if it tells nothing. */
  take(): Burst | undefined {
    this.#close();
    const { lastMs } = this.#burst;
    this.#burst = { bytes: 0, fromMs: lastMs, lastMs };
    const taken = this.#bytes === 0 ? undefined : { bytes: this.#bytes, ms: this.#ms };
    this.#bytes = 0;
    this.#ms = 0;
    return taken;
  }

  #close(): void {
    const { bytes, fromMs, lastMs } = this.#burst;
    if (bytes < leastBytes) return;
    this.#bytes += bytes;
    this.#ms += Math.max(leastMs, lastMs - fromMs);
  }
}
