/** A publisher whose key frames are further apart is not waited for: the new worker is ready. */
const longestMs = 3_000;
/** Sound comes a little after the picture that it belongs to, and the old worker's last segment is to have both. */
const settleMs = 150;

/**
 * When a publisher leaves a worker that drains, once another one is ready: a little behind a key frame, so that the old one
 * ends a segment and the new one has the time of the next to begin with; after 3 s without one anywhere.
 */
export class LeaveWatch {
  readonly #pointMs: number;
  readonly #readyAtMs: number;
  #keyframeAtMs?: number;

  /** `pointMs`: session time of the last place where a worker could begin. `nowMs` is monotonic. */
  constructor(pointMs: number, nowMs: number) {
    this.#pointMs = pointMs;
    this.#readyAtMs = nowMs;
  }

  isDue(pointMs: number, nowMs: number): boolean {
    if (pointMs !== this.#pointMs) this.#keyframeAtMs ??= nowMs;
    if (this.#keyframeAtMs !== undefined) return nowMs - this.#keyframeAtMs >= settleMs;
    return nowMs - this.#readyAtMs >= longestMs;
  }
}
