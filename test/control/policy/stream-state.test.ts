import { describe, expect, test } from '@jest/globals';
import { type LeaseObservation, streamState } from '../../../lib/control/policy/stream-state.ts';
import type { BroadcastRecord, BroadcastState, LeaseRecord } from '../../../lib/control-store/records.ts';
import { type MemberId, newBroadcastId, newStreamId } from '../../../lib/routing/ids.ts';

const streamId = newStreamId();
const workerId = 'encoder-1' as MemberId;
const [older, newer] = [newBroadcastId(1), newBroadcastId(2)];
const windowMs = 30_000;

const broadcast = (state: BroadcastState): BroadcastRecord => ({
  id: older,
  streamId,
  state,
  startedAtMs: 0,
  workerId,
  epoch: 1,
  renditions: [],
});
const lease = (changes: Partial<LeaseRecord> = {}): LeaseRecord => ({
  streamId,
  workerId,
  epoch: 1,
  version: 1,
  broadcastId: older,
  released: false,
  endRequested: false,
  ...changes,
});

/** Each column of the table in the docstring: a state of the lease. */
const held: LeaseObservation = { lease: lease(), unchangedForMs: 5_999 };
const silent: LeaseObservation = { lease: lease(), unchangedForMs: 6_000 };
const released: LeaseObservation = { lease: lease({ released: true }), unchangedForMs: 0 };
const lost: LeaseObservation = { lease: lease(), unchangedForMs: windowMs + 6_000 };
const longReleased: LeaseObservation = { ...released, unchangedForMs: windowMs + 6_000 };
const another: LeaseObservation = { lease: lease({ broadcastId: newer, released: true }), unchangedForMs: 0 };

describe('the state of a stream', () => {
  test.each<[string, LeaseObservation | undefined, string, string, string]>([
    ['held and renewed', held, 'starting', 'live', 'reconnecting'],
    ['silent', silent, 'starting', 'reconnecting', 'reconnecting'],
    ['released', released, 'starting', 'reconnecting', 'reconnecting'],
    ['silent past the reconnect window', lost, 'ended', 'ended', 'ended'],
    ['released past the reconnect window', longReleased, 'ended', 'ended', 'ended'],
    ['of another broadcast and released', another, 'ended', 'ended', 'ended'],
    ['not there', undefined, 'ended', 'ended', 'ended'],
  ])('with the lease %s', (_, sighting, starting, live, reconnecting) => {
    const states = (['starting', 'live', 'reconnecting', 'ended'] as const).map((state) =>
      streamState(broadcast(state), sighting, windowMs),
    );
    expect(states).toEqual(
      [starting, live, reconnecting, 'ended'].map((state) => ({ stream: state, broadcast: state })),
    );
  });

  test('is idle before the first broadcast, whatever became of a lease', () => {
    for (const sighting of [undefined, released, silent, lost]) {
      expect(streamState(undefined, sighting, windowMs)).toEqual({ stream: 'idle' });
    }
  });

  test('is starting while a worker holds it for a broadcast that is not written yet', () => {
    expect(streamState(undefined, held, windowMs)).toEqual({ stream: 'starting' });
    const taken = { lease: lease({ broadcastId: newer, epoch: 2 }), unchangedForMs: 0 };
    for (const state of ['live', 'ended'] as const) {
      expect(streamState(broadcast(state), taken, windowMs)).toEqual({
        stream: 'starting',
        broadcast: 'ended',
      });
    }
  });

  test('without a reconnect window a dead worker ends the broadcast as soon as it counts as dead', () => {
    expect(streamState(broadcast('live'), { ...held, unchangedForMs: 5_999 }, 0).stream).toBe('live');
    expect(streamState(broadcast('live'), { ...held, unchangedForMs: 6_000 }, 0).stream).toBe('ended');
  });
});
