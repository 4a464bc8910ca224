import type { AudienceSums } from '../../control-store/audience.ts';
import { startupBucketOf, startupBuckets } from './startup-times.ts';

/** What was counted of one broadcast's viewers since it was last taken. `viewers` is of a moment ago: see `ViewerSessions`. */
export interface AudienceTake extends AudienceSums {
  /** `<region>/<stream>`. */
  readonly streamPath: string;
  /** Empty if no path has named it: the newest. */
  readonly broadcastId: string;
}

/** Collects one broadcast's take. */
export class Tally {
  viewers = 0;
  plays = 0;
  watchMs = 0;
  toldMs = 0;
  stalledMs = 0;
  #startups: number[] = [];
  #peak = 0;
  /** Viewers of the last take: that nobody is left is news once. */
  #taken = 0;

  /** All viewers of this moment have been counted. */
  settle(): void {
    this.#peak = Math.max(this.#peak, this.viewers);
  }

  started(ms: number): void {
    if (this.#startups.length === 0) this.#startups = new Array(startupBuckets).fill(0);
    const bucket = startupBucketOf(ms);
    this.#startups[bucket] = (this.#startups[bucket] ?? 0) + 1;
  }

  /** Undefined if there is nothing to say. */
  take(streamPath: string, broadcastId: string): AudienceTake | undefined {
    const { viewers, plays, watchMs, toldMs, stalledMs } = this;
    const isNews = viewers + this.#taken + this.#peak + plays + watchMs > 0 || this.#startups.length > 0;
    if (!isNews) return undefined;
    const startups = this.#startups;
    const take = {
      streamPath,
      broadcastId,
      viewers,
      peak: this.#peak,
      plays,
      watchMs,
      toldMs,
      stalledMs,
      startups,
    };
    this.plays = 0;
    this.watchMs = 0;
    this.toldMs = 0;
    this.stalledMs = 0;
    this.#startups = [];
    this.#peak = viewers;
    this.#taken = viewers;
    return take;
  }
}
