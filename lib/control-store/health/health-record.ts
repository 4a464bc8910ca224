import type { BroadcastId } from '../../routing/ids.ts';

/** How well the publisher's media arrives and is encoded. `none`: nothing is received. */
export type HealthVerdict = 'excellent' | 'fair' | 'bad' | 'none';

/** Why a verdict isn't `excellent`. */
export interface HealthReason {
  /** For programs, for example `key-frames-rare`. */
  readonly code: string;
  /** For people: what is wrong, in one sentence. */
  readonly message: string;
  /** For people: what to do about it. */
  readonly advice: string;
}

/** What was measured in one step, or on average of several. */
export interface HealthSample {
  /** End of the step, Unix time. */
  readonly atMs: number;
  readonly videoBps: number;
  readonly audioBps: number;
  /** Pictures that arrived in a second. */
  readonly frameRate: number;
  /** The longest; undefined before the second key frame, and without pictures. */
  readonly keyFrameIntervalMs?: number | undefined;
  /** Pictures that the publisher left out, or that came too late to be shown. */
  readonly lostPictures: number;
  /** How much later sound is sent than the pictures of the same time; negative if it is sent earlier. */
  readonly avOffsetMs?: number | undefined;
  /** 1 is real time. */
  readonly encoderSpeed?: number | undefined;
  /** The longest time without a picture; for sound alone, without sound. */
  readonly gapMs: number;
}

/** Samples as they are stored: `packSample` in health-series.ts. Short, as DynamoDB bills each kilobyte written. */
export type HealthRow = readonly (number | null)[];

export interface HealthSeriesRecord {
  /** Unix time of the first sample. */
  readonly startMs: number;
  /** Length of a row. */
  readonly stepMs: number;
  /** Oldest first. */
  readonly rows: readonly HealthRow[];
}

interface OfBroadcast {
  readonly broadcastId: BroadcastId;
  /** Of the worker that wrote it: an older one writes no more. */
  readonly epoch: number;
}

/** The health of the newest broadcast, written with each sample. */
export interface HealthNow extends OfBroadcast {
  readonly verdict: HealthVerdict;
  readonly sinceMs: number;
  /** Worst first. */
  readonly reasons: readonly HealthReason[];
  /** The last verdict in the journal, or `excellent`. */
  readonly told: HealthVerdict;
  /** The last samples: at least those that `HealthPast` has not yet. */
  readonly latest: HealthSeriesRecord;
}

/** What went before, written once in a while. */
export interface HealthPast extends OfBroadcast {
  /** Unix time of the last sample. */
  readonly throughMs: number;
  /** The last ten minutes. */
  readonly recent: HealthSeriesRecord;
  /** The whole broadcast. */
  readonly whole: HealthSeriesRecord;
}
