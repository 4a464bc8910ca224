import type { BroadcastId } from '../../routing/ids.ts';

/** The managed channel that encodes a stream instead of the fleet. */
export interface ManagedChannel {
  readonly broadcastId: BroadcastId;
}
