import { RecentLeast } from './recent-least.ts';

/** Drift is corrected by 1 ms at most once in this time: 5,000 ppm. */
const slewEveryMs = 200;
const windowMs = 5000;
const toleranceMs = 300;

/**
 * How a publisher's clock runs against ours. What the network holds up comes and goes; the least of it over some seconds shows the
 * clock. A session is behind if its earlier track is, and ahead only if both are: a track that is sent early is not a clock that runs
 * fast.
 */
export class Drift {
  #earlier = new RecentLeast(windowMs, 0);
  #later = new RecentLeast(windowMs, 0);
  #slewedMs = 0;

  /** The session has another place: what was seen of it before says nothing. */
  forget(nowMs: number): void {
    this.#earlier = new RecentLeast(windowMs, nowMs);
    this.#later = new RecentLeast(windowMs, nowMs);
  }

  /** The clock was set forward by this much. */
  clockMoved(byMs: number): void {
    this.#earlier.move(byMs);
    this.#later.move(byMs);
  }

  /**
   * By how much the session is behind the clock by its earlier track, and by its later one. Returns how far to move the session now:
   * -1, 0 or 1 ms.
   */
  follow(earlierBehindMs: number, laterBehindMs: number, nowMs: number): number {
    this.#earlier.add(earlierBehindMs, nowMs);
    this.#later.add(laterBehindMs, nowMs);
    const { value: behindMs = 0 } = this.#earlier;
    const { value: aheadMs = 0 } = this.#later;
    const stepMs = behindMs > toleranceMs ? 1 : aheadMs < -toleranceMs ? -1 : 0;
    if (stepMs === 0 || nowMs - this.#slewedMs < slewEveryMs) return 0;
    this.#slewedMs = nowMs;
    this.#earlier.move(-stepMs);
    this.#later.move(-stepMs);
    return stepMs;
  }
}
