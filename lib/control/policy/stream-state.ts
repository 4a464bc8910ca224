import type { BroadcastRecord, BroadcastState, LeaseRecord } from '../../control-store/records.ts';

export type StreamState = 'idle' | BroadcastState;

/** The lease, and how long its version stood still as this observer saw it by its own monotonic clock. */
export interface LeaseObservation {
  readonly lease: LeaseRecord;
  readonly unchangedForMs: number;
}

/** A holder renews every second or two; one that was not seen to for this long is taken for dead. */
export const leaseSilentMs = 6_000;

/**
 * What to say of a stream. The worker writes the broadcast's state, but a worker that died writes nothing more, so the
 * word of the record holds only while somebody holds the lease of that broadcast:
 *
 * | lease of this broadcast | the record says starting | live, reconnecting | ended |
 * |---|---|---|---|
 * | held and renewed | starting | as it says | ended |
 * | released, or silent for 6 s | starting | reconnecting | ended |
 * | the same, past the reconnect window | ended | ended | ended |
 * | none, or it is of a newer broadcast | ended | ended | ended |
 *
 * Where the lease is held for a broadcast that is not written yet, the stream is `starting`. A stream that never was on
 * the air is `idle`. An observer that has just begun to look trusts the record until it saw the lease stand still.
 */
export function streamState(
  broadcast: BroadcastRecord | undefined,
  sighting: LeaseObservation | undefined,
  reconnectWindowMs: number,
): { readonly stream: StreamState; readonly broadcast?: BroadcastState } {
  const hold = holdOf(sighting, reconnectWindowMs);
  const ofThis = broadcast !== undefined && sighting?.lease.broadcastId === broadcast.id;
  if (hold === 'held' && !ofThis) return { stream: 'starting', ...(broadcast && { broadcast: 'ended' }) };
  if (broadcast === undefined) return { stream: 'idle' };
  const state = ofThis && broadcast.state !== 'ended' ? said(broadcast.state, hold) : 'ended';
  return { stream: state, broadcast: state };
}

type Hold = 'held' | 'loose' | 'lost';

function holdOf(sighting: LeaseObservation | undefined, reconnectWindowMs: number): Hold {
  if (sighting === undefined) return 'lost';
  const { lease, unchangedForMs } = sighting;
  if (!lease.released && unchangedForMs < leaseSilentMs) return 'held';
  return unchangedForMs < reconnectWindowMs + leaseSilentMs ? 'loose' : 'lost';
}

function said(state: BroadcastState, hold: Hold): BroadcastState {
  if (hold === 'lost') return 'ended';
  return hold === 'held' || state === 'starting' ? state : 'reconnecting';
}

/** True while viewers see, or soon may see, something new. */
export const isOnAir = (state: StreamState): boolean => state !== 'idle' && state !== 'ended';
