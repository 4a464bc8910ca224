import type { BroadcastId, MemberId, SessionId } from '../routing/ids.ts';

/**
 * State of a push to another destination. `waiting`: it failed and will be retried after a pause. `refused`: no retry will help
 * until its settings change.
 */
export type PushState = 'connecting' | 'live' | 'waiting' | 'refused' | 'ended';

/**
 * State of a broadcast's pushes to other destinations, as reported by the proxy that holds its publisher. A proxy that dies leaves
 * its last report behind: it is valid only while the broadcast is on air.
 */
export interface PushStates {
  readonly broadcastId?: BroadcastId;
  readonly proxyId: MemberId;
  /** Of the publisher. A session that finds another session's id here has been succeeded by it and stops writing. */
  readonly sessionId?: SessionId;
  readonly destinations: readonly PushStanding[];
}

export interface PushStanding {
  /** Of the destination in the stream's settings. */
  readonly id: string;
  readonly state: PushState;
  /** Unix milliseconds. */
  readonly sinceMs: number;
  /** For people, without the destination's key. */
  readonly detail?: string;
}
