import type { BroadcastId } from '../routing/ids.ts';

/**
 * - `deny`: the edge stops serving it
 * - `records`: its records are deleted: the stream with all of its, or the broadcast
 * - `invalidate`: its objects are removed from all caches
 * - `objects`: its objects are deleted, or moved to where the edge can't read them
 * - `allow`: the edge's entry is removed; from then on viewers get 404 instead of 410
 */
export const deletionSteps = ['deny', 'records', 'invalidate', 'objects', 'allow'] as const;
export type DeletionStep = (typeof deletionSteps)[number];

/** What becomes of the recordings of a deleted stream. `keep`: they are kept below `quarantine/`, where no viewer can reach them. */
export const recordingsChoices = ['keep', 'delete'] as const;
export type RecordingsChoice = (typeof recordingsChoices)[number];

/** Progress of one deletion. Times are Unix milliseconds. */
export interface Deletion {
  /** The recording. Left out if the whole stream is deleted. */
  readonly broadcastId?: BroadcastId;
  readonly recordings: RecordingsChoice;
  readonly askedAtMs: number;
  /** Completed steps, in the order of completion. */
  readonly done: readonly { readonly step: DeletionStep; readonly atMs: number }[];
  /** What each unfinished step is waiting for, for people. */
  readonly waiting?: Readonly<Partial<Record<DeletionStep, string>>>;
  readonly invalidation?: string;
}

/** The deletions of a stream that are not complete; the document is removed after the last one. */
export interface Deletions {
  readonly pending: readonly Deletion[];
}
