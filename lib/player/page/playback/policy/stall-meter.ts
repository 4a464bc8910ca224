/** Media missing this soon after the viewer went somewhere is no starvation (CTA-5004-B, `bsda`). */
const settleMs = 1_500;

/** How long playback waited for media after it had begun, in ms. All times are of a monotonic clock. */
export class StallMeter {
  #begun = false;
  #settledAtMs = 0;
  #sinceMs: number | undefined;
  #totalMs = 0;

  /** Pictures move. */
  playing(): void {
    this.#begun = true;
  }

  /** Something is loaded anew: what is waited for now is a start. A wait goes on: it is loaded again because it didn't come. */
  loading(): void {
    this.#begun = this.#sinceMs !== undefined;
  }

  /** The viewer went somewhere, or pauses. What the player does to catch up is no such move. */
  moved(nowMs: number): void {
    this.#end(nowMs);
    this.#settledAtMs = nowMs;
  }

  /** The player ran out of media, or has enough again. */
  buffering(waits: boolean, nowMs: number): void {
    if (!waits) this.#end(nowMs);
    else if (this.#begun && nowMs - this.#settledAtMs >= settleMs) this.#sinceMs ??= nowMs;
  }

  /** Up to now. */
  totalMs(nowMs: number): number {
    return Math.round(this.#totalMs + (this.#sinceMs === undefined ? 0 : nowMs - this.#sinceMs));
  }

  #end(nowMs: number): void {
    this.#totalMs = this.totalMs(nowMs);
    this.#sinceMs = undefined;
  }
}
