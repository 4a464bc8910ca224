import type { BroadcastRecord, BroadcastState, LeaseRecord } from '../../control-store/records.ts';

export type StreamState = 'idle' | BroadcastState;

/** The lease, and how long its version has been unchanged by this observer's monotonic clock. */
export interface LeaseObservation {
  readonly lease: LeaseRecord;
  readonly unchangedForMs: number;
}

/** Holders renew every second or two; one not seen renewing for this long is presumed dead. */
export const leaseSilentMs = 6_000;

/**
 * The state to report for a stream. The worker writes the broadcast's state, but a dead worker writes nothing, so the recorded
 * state is valid only while someone holds that broadcast's lease:
 *
 * | lease of this broadcast | recorded: starting | live, reconnecting | ended |
 * |---|---|---|---|
 * | held and renewed | starting | as recorded | ended |
 * | released, or silent for 6 s | starting | reconnecting | ended |
 * | the same, past the reconnect window | ended | ended | ended |
 * | none, or for a newer broadcast | ended | ended | ended |
 *
 * If the lease is held for a broadcast that has not been written yet, the stream is `starting`. A stream that was never on air
 * is `idle`. A new observer trusts the record until it has seen the lease unchanged for that long.
 */
export function streamState(
  broadcast: BroadcastRecord | undefined,
  observation: LeaseObservation | undefined,
  reconnectWindowMs: number,
): { readonly stream: StreamState; readonly broadcast?: BroadcastState } {
  const hold = holdOf(observation, reconnectWindowMs);
  const ofThis = broadcast !== undefined && observation?.lease.broadcastId === broadcast.id;
  if (hold === 'held' && !ofThis) return { stream: 'starting', ...(broadcast && { broadcast: 'ended' }) };
  if (broadcast === undefined) return { stream: 'idle' };
  const state = ofThis && broadcast.state !== 'ended' ? effectiveState(broadcast.state, hold) : 'ended';
  return { stream: state, broadcast: state };
}

type Hold = 'held' | 'loose' | 'lost';

function holdOf(observation: LeaseObservation | undefined, reconnectWindowMs: number): Hold {
  if (observation === undefined) return 'lost';
  const { lease, unchangedForMs } = observation;
  if (!lease.released && unchangedForMs < leaseSilentMs) return 'held';
  return unchangedForMs < reconnectWindowMs + leaseSilentMs ? 'loose' : 'lost';
}

function effectiveState(state: BroadcastState, hold: Hold): BroadcastState {
  if (hold === 'lost') return 'ended';
  return hold === 'held' || state === 'starting' ? state : 'reconnecting';
}

/** True while viewers see new media, or may soon. */
export const isOnAir = (state: StreamState): boolean => state !== 'idle' && state !== 'ended';
