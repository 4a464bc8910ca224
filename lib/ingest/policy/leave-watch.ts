/** If a publisher's key frames are further apart than this, don't wait for one: the new worker is ready. */
const maxWaitMs = 3_000;
/** Audio arrives slightly after its picture, and the old worker's last segment should have both. */
const settleMs = 150;

/**
 * Decides when a publisher leaves a draining worker once another is ready: just after a key frame, so that the old worker
 * ends a segment and the new one has the time of the next one to start; after 3 s without a key frame, anywhere.
 */
export class LeaveWatch {
  readonly #pointMs: number;
  readonly #readyAtMs: number;
  #keyframeAtMs?: number;

  /** `pointMs`: session time of the last point at which a worker could start. `nowMs` is monotonic. */
  constructor(pointMs: number, nowMs: number) {
    this.#pointMs = pointMs;
    this.#readyAtMs = nowMs;
  }

  isDue(pointMs: number, nowMs: number): boolean {
    if (pointMs !== this.#pointMs) this.#keyframeAtMs ??= nowMs;
    if (this.#keyframeAtMs !== undefined) return nowMs - this.#keyframeAtMs >= settleMs;
    return nowMs - this.#readyAtMs >= maxWaitMs;
  }
}
