/** What a takedown does, in this order; restoring undoes it in the reverse order. */
export const takedownSteps = ['refuse', 'deny', 'cut', 'invalidate', 'quarantine'] as const;

/**
 * - `refuse`: the stream's record says that it is taken down, so proxies and workers refuse its publishers
 * - `deny`: the edge answers nothing of the stream any more
 * - `cut`: its broadcast is ended
 * - `invalidate`: no cache holds anything of it
 * - `quarantine`: its objects are where the edge does not read
 */
export type TakedownStep = (typeof takedownSteps)[number];

/** How far a stream is taken down, or restored. Times are Unix milliseconds. */
export interface Takedown {
  readonly direction: 'takedown' | 'restore';
  /** Why it was taken down, for the people who review it. */
  readonly reason: string;
  readonly askedAtMs: number;
  /** The steps that are done, in the order in which they were. */
  readonly done: readonly { readonly step: TakedownStep; readonly atMs: number }[];
}
