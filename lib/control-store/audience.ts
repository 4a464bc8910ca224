import type { BroadcastId } from '../routing/ids.ts';

/** What is counted of a broadcast's viewers; sums alone. */
export interface AudienceSums {
  readonly viewers: number;
  /** The most at once. */
  readonly peak: number;
  /** Sessions that began. */
  readonly plays: number;
  readonly watchMs: number;
  /** The part of `watchMs` whose players tell when they wait for media, and how long they waited. */
  readonly toldMs: number;
  readonly stalledMs: number;
  /** How many sessions started how fast: a count for each bucket of lib/audience/policy/startup-times.ts. */
  readonly startups: readonly number[];
}

/**
 * Who watches a stream's newest broadcast, live or as a recording: sums alone, nothing about any one viewer. Written every 10 s while
 * somebody watches, and not otherwise.
 */
export interface StreamAudience extends AudienceSums {
  readonly broadcastId: BroadcastId;
  /** When this was written, in Unix ms. What hasn't been for long has no viewers now. */
  readonly atMs: number;
  readonly series: AudienceSeries;
}

/** The most viewers at once in each step; 0 where nobody watched. */
export interface AudienceSeries {
  /** Unix ms of the first step; a multiple of `stepMs`. */
  readonly startMs: number;
  readonly stepMs: number;
  readonly viewers: readonly number[];
}
