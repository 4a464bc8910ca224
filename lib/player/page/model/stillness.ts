/** Mean difference of a sample (0 to 255) below which two pictures count as the same: an encoder's noise, not motion. */
const sameBelow = 1.5;
const firstAskMs = 3_000;
const longestAskMs = 60_000;

/**
 * Notices a picture that stands still. While a broadcaster is away the platform goes on sending the last picture, so the
 * player sees nothing wrong; a still picture is the sign to ask the API what the matter is. It may as well be a slide of
 * a lecture, so the questions become rare while the answer is that all is well.
 */
export class StillnessMeter {
  #reference: Uint8ClampedArray | undefined;
  #sinceMs = 0;
  #askAfterMs = firstAskMs;

  /** Takes a small sample of the picture; true where it is time to ask. `atMs` is of a clock that only rises. */
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
