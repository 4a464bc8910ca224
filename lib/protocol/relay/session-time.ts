/**
 * Session time: a publisher's 32-bit timestamps unwrapped and counted from the first message of audio, video or data,
 * which has 0 (or `startMs`). Each timestamp is taken as the one nearest to the latest, so it may step back.
 */
export class SessionTime {
  #timestamp: number | undefined;
  #timeMs: number;

  constructor(startMs = 0) {
    this.#timeMs = startMs;
  }

  /** `timestampMs`: unsigned 32 bits. */
  of(timestampMs: number): number {
    if (this.#timestamp !== undefined) this.#timeMs += (timestampMs - this.#timestamp) | 0;
    this.#timestamp = timestampMs;
    return this.#timeMs;
  }
}
