/** What a takedown does; restoring undoes what can be undone. */
export const takedownSteps = ['refuse', 'deny', 'cut', 'invalidate', 'quarantine'] as const;

/**
 * - `refuse`: the stream's record says that it is taken down, so proxies and workers refuse its publishers
 * - `deny`: the edge answers nothing of the stream any more
 * - `cut`: its broadcast is ended
 * - `invalidate`: no cache holds anything of it
 * - `quarantine`: its objects are where the edge does not read
 */
export type TakedownStep = (typeof takedownSteps)[number];
export type TakedownDirection = 'takedown' | 'restore';

/** How far a stream is taken down, or restored. Times are Unix milliseconds, for people; no decision compares them. */
export interface Takedown {
  readonly direction: TakedownDirection;
  /** Why it was taken down, for the people who review it. */
  readonly reason: string;
  /** When this direction was asked for. */
  readonly askedAtMs: number;
  /** 1 at first, and one more each time the direction turns: what was done for an earlier turn counts for nothing. */
  readonly turn: number;
  /** The steps that are done, in the order in which they were. */
  readonly done: readonly { readonly step: TakedownStep; readonly atMs: number }[];
  /** What steps that are not done wait for, in words. */
  readonly waiting?: Readonly<Partial<Record<TakedownStep, string>>>;
  /** The invalidation that was asked for in this turn. */
  readonly invalidation?: string;
  /** Who works on it now: one at a time, so that nothing of an earlier turn happens after a later one. */
  readonly runner?: string;
}
