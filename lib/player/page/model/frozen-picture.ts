/** Mean difference of samples (0 to 255) below which two pictures count as the same: encoder noise, not motion. */
const sameBelow = 1.5;
const firstAskMs = 3_000;
const longestAskMs = 60_000;

/**
 * Detects a frozen picture. While a broadcaster is disconnected, the platform keeps sending the last picture, so the
 * player notices nothing; a frozen picture is the cue to ask the API for the state. It may also be a lecture slide, so
 * the requests become rarer as long as everything is fine.
 */
export class StillnessMeter {
  #reference: Uint8ClampedArray | undefined;
  #sinceMs = 0;
  #askAfterMs = firstAskMs;

  /** Takes a small sample of the picture; returns true if it is time to ask the API. `atMs` is monotonic. */
  look(sample: Uint8ClampedArray, atMs: number): boolean {
    if (this.#reference === undefined || meanDifference(this.#reference, sample) >= sameBelow) {
      this.#reference = sample;
      this.#sinceMs = atMs;
      this.#askAfterMs = firstAskMs;
      return false;
    }
    if (atMs - this.#sinceMs < this.#askAfterMs) return false;
    this.#sinceMs = atMs;
    this.#askAfterMs = Math.min(longestAskMs, this.#askAfterMs * 2);
    return true;
  }
}

function meanDifference(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  if (a.length !== b.length) return 255;
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += Math.abs((a[at] ?? 0) - (b[at] ?? 0));
  return sum / Math.max(1, a.length);
}
