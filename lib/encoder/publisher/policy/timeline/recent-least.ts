/** The least of a value over the last one to two windows of time; known once a whole window has passed. */
export class RecentLeast {
  readonly #windowMs: number;
  #sinceMs: number;
  #least = Number.POSITIVE_INFINITY;
  #before = Number.POSITIVE_INFINITY;

  constructor(windowMs: number, nowMs: number) {
    this.#windowMs = windowMs;
    this.#sinceMs = nowMs;
  }

  /** Undefined in the first window. */
  get value(): number | undefined {
    return this.#before === Number.POSITIVE_INFINITY ? undefined : Math.min(this.#least, this.#before);
  }

  add(value: number, nowMs: number): void {
    this.#least = Math.min(this.#least, value);
    if (nowMs - this.#sinceMs < this.#windowMs) return;
    this.#before = this.#least;
    this.#least = Number.POSITIVE_INFINITY;
    this.#sinceMs = nowMs;
  }

  /** Everything that was added counts as so much more. */
  move(byMs: number): void {
    this.#least += byMs;
    this.#before += byMs;
  }
}
