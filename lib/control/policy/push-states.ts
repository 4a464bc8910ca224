import type { BroadcastId, MemberId } from '../../routing/ids.ts';

/**
 * Where a push to another destination stands. `waiting`: it failed, and is tried again after a pause. `refused`: trying again
 * is of no use until its settings change.
 */
export type PushState = 'connecting' | 'live' | 'waiting' | 'refused' | 'ended';

/** How the pushes of a broadcast to other destinations stand, as the proxy that has its publisher says. */
export interface PushStates {
  readonly broadcastId?: BroadcastId;
  readonly proxyId: MemberId;
  readonly destinations: readonly {
    /** Of the destination in the stream's settings. */
    readonly id: string;
    readonly state: PushState;
    /** Unix milliseconds. */
    readonly sinceMs: number;
    /** In words, without the destination's key. */
    readonly detail?: string;
  }[];
}
