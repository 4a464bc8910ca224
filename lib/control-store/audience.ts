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

/** How a broadcast's audience was when the next one began to be watched, or is so far: a few sums. */
export interface BroadcastAudience extends Pick<AudienceSums, 'peak' | 'plays' | 'watchMs'> {
  readonly broadcastId: BroadcastId;
  /** Within a tenth. Undefined if no player has said. */
  readonly startupMs?: { readonly p50: number; readonly p95: number };
  /** Share of the watching that was waiting, 0 to 1. Undefined if no player has said. */
  readonly rebufferRatio?: number;
}

/** Of a stream's earlier broadcasts, newest first; the oldest make way. Written once for each broadcast. */
export interface PastAudiences {
  readonly broadcasts: readonly BroadcastAudience[];
}
