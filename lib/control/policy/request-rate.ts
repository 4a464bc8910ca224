/** Lets at most `most` requests through within any `withinMs`. */
export class RequestRate {
  readonly #most: number;
  readonly #withinMs: number;
  #letThrough: number[] = [];

  constructor(most: number, withinMs: number) {
    this.#most = most;
    this.#withinMs = withinMs;
  }

  /** Whether one more may pass now; counts it where it may. `nowMs` is monotonic. */
  take(nowMs: number): boolean {
    this.#letThrough = this.#letThrough.filter((atMs) => nowMs - atMs < this.#withinMs);
    if (this.#letThrough.length >= this.#most) return false;
    this.#letThrough.push(nowMs);
    return true;
  }
}
