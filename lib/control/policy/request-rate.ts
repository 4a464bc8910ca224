/** Allows at most `most` requests within any `withinMs`. */
export class RequestRate {
  readonly #most: number;
  readonly #withinMs: number;
  #allowedAtMs: number[] = [];

  constructor(most: number, withinMs: number) {
    this.#most = most;
    this.#withinMs = withinMs;
  }

  /** Whether another request is allowed now; counts it if so. `nowMs` is monotonic. */
  take(nowMs: number): boolean {
    this.#allowedAtMs = this.#allowedAtMs.filter((atMs) => nowMs - atMs < this.#withinMs);
    if (this.#allowedAtMs.length >= this.#most) return false;
    this.#allowedAtMs.push(nowMs);
    return true;
  }
}
