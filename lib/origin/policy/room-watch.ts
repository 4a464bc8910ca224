/** Tracks whether there is disk space for writes, so that a full disk is reported once, not at every failed write. */
export class RoomWatch {
  #sinceMs: number | undefined;
  #refused = 0;
  #smallestBytes = 0;

  /** Records that a write of `bytes` found no space. True if this is the first one. */
  refused(bytes: number, nowMs: number): boolean {
    this.#smallestBytes = this.#refused === 0 ? bytes : Math.min(this.#smallestBytes, bytes);
    this.#refused++;
    if (this.#sinceMs !== undefined) return false;
    this.#sinceMs = nowMs;
    return true;
  }

  /**
   * Records a successful write of `bytes`. Undefined unless it shows that there is space again: a write smaller than every
   * failed one proves nothing.
   */
  took(bytes: number, nowMs: number): { readonly refused: number; readonly forMs: number } | undefined {
    if (this.#sinceMs === undefined || bytes < this.#smallestBytes) return undefined;
    const episode = { refused: this.#refused, forMs: Math.round(nowMs - this.#sinceMs) };
    this.#sinceMs = undefined;
    this.#refused = 0;
    return episode;
  }
}
