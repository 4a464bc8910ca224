/** The steps of a takedown. A restore undoes those that can be undone. */
export const takedownSteps = ['refuse', 'deny', 'cut', 'invalidate', 'quarantine'] as const;

/**
 * - `refuse`: the stream's record is marked as taken down, so proxies and workers refuse its publishers
 * - `deny`: the edge stops serving the stream
 * - `cut`: its broadcast is ended
 * - `invalidate`: its objects are removed from all caches
 * - `quarantine`: its objects are moved to where the edge can't read them
 */
export type TakedownStep = (typeof takedownSteps)[number];
export type TakedownDirection = 'takedown' | 'restore';

/** Progress of a takedown or a restore. Times are Unix milliseconds, for people; no decision compares them. */
export interface Takedown {
  readonly direction: TakedownDirection;
  /** Why it was taken down, for the people who review it. */
  readonly reason: string;
  /** When this direction was requested. */
  readonly askedAtMs: number;
  /** Starts at 1 and rises each time the direction changes: steps done in an earlier turn don't count. */
  readonly turn: number;
  /** Completed steps, in the order of completion. */
  readonly done: readonly { readonly step: TakedownStep; readonly atMs: number }[];
  /** What each unfinished step is waiting for, for people. */
  readonly waiting?: Readonly<Partial<Record<TakedownStep, string>>>;
  /** The invalidation requested in this turn. */
  readonly invalidation?: string;
  /** The current runner. One at a time, so that no effect of an earlier turn lands after a later one. */
  readonly runner?: string;
}
