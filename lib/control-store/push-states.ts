import type { BroadcastId, MemberId, SessionId } from '../routing/ids.ts';

/**
 * Where a push to another destination stands. `waiting`: it failed, and is tried again after a pause. `refused`: trying again
 * is of no use until its settings change.
 */
export type PushState = 'connecting' | 'live' | 'waiting' | 'refused' | 'ended';

/**
 * How the pushes of a broadcast to other destinations stand, as the proxy that has its publisher says. A proxy that died leaves
 * what it said last: it holds only while the broadcast is on air.
 */
export interface PushStates {
  readonly broadcastId?: BroadcastId;
  readonly proxyId: MemberId;
  /** Of the publisher: a session that finds another one's here has been followed by it, and writes no more. */
  readonly sessionId?: SessionId;
  readonly destinations: readonly PushStanding[];
}

export interface PushStanding {
  /** Of the destination in the stream's settings. */
  readonly id: string;
  readonly state: PushState;
  /** Unix milliseconds. */
  readonly sinceMs: number;
  /** In words, without the destination's key. */
  readonly detail?: string;
}
