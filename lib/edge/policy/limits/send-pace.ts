/** The least that a client must take of a response: 64 kb/s, less than the sound alone. */
export const minReadBytesPerSecond = 8_000;

/**
 * Whether a client takes what it is sent. Looked at about every second while bytes wait for the client; time in which we have nothing
 * to send doesn't count. All times are of a monotonic clock.
 */
export class SendPace {
  readonly #lookBackMs: number;
  #begin: { atMs: number; takenBytes: number } | undefined;
  #last: { atMs: number; takenBytes: number } | undefined;
  #stalledSinceMs: number | undefined;

  /** `lookBackMs`: over how long the minimum is measured. A client below it for a tenth of that has stopped reading, for now. */
  constructor(lookBackMs: number) {
    this.#lookBackMs = lookBackMs;
  }

  /** Since when the client has taken nothing to speak of; undefined while it reads. */
  get stalledSinceMs(): number | undefined {
    return this.#stalledSinceMs;
  }

  /** Nothing waits for the client. */
  pause(): void {
    if (this.#begin === undefined) return;
    this.#begin = this.#last = this.#stalledSinceMs = undefined;
  }

  /** More waits for the client, which has taken `takenBytes` so far. Returns true if it is too slow to keep. */
  look(takenBytes: number, nowMs: number): boolean {
    const now = { atMs: nowMs, takenBytes };
    this.#begin ??= now;
    this.#last ??= now;
    if (hasProgress(this.#last, now)) {
      this.#last = now;
      this.#stalledSinceMs = undefined;
    } else if (nowMs - this.#last.atMs >= this.#lookBackMs / 10) {
      this.#stalledSinceMs ??= this.#last.atMs;
      // Bytes now and then must not add up to progress.
      this.#last = now;
    }
    if (nowMs - this.#begin.atMs < this.#lookBackMs) return false;
    if (!hasProgress(this.#begin, now)) return true;
    this.#begin = now;
    return false;
  }
}

const hasProgress = (
  from: { atMs: number; takenBytes: number },
  to: { atMs: number; takenBytes: number },
): boolean =>
  to.takenBytes > from.takenBytes &&
  to.takenBytes - from.takenBytes >= ((to.atMs - from.atMs) / 1000) * minReadBytesPerSecond;
