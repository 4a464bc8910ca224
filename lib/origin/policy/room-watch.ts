/** Whether there is room for what is written: so that a full disk is told of once, not with each write that it refuses. */
export class RoomWatch {
  #sinceMs: number | undefined;
  #refused = 0;
  #smallestBytes = 0;

  /** A write of so many bytes found no room. True where that is news. */
  refused(bytes: number, nowMs: number): boolean {
    this.#smallestBytes = this.#refused === 0 ? bytes : Math.min(this.#smallestBytes, bytes);
    this.#refused++;
    if (this.#sinceMs !== undefined) return false;
    this.#sinceMs = nowMs;
    return true;
  }

  /**
   * A write of so many bytes was taken. Undefined unless there is room again: what is smaller than all that was refused says
   * nothing.
   */
  took(bytes: number, nowMs: number): { readonly refused: number; readonly forMs: number } | undefined {
    if (this.#sinceMs === undefined || bytes < this.#smallestBytes) return undefined;
    const episode = { refused: this.#refused, forMs: Math.round(nowMs - this.#sinceMs) };
    this.#sinceMs = undefined;
    this.#refused = 0;
    return episode;
  }
}
