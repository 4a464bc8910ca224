import { describe, expect, test } from '@jest/globals';
import type { LeaseRecord } from '../../../../lib/control-store/records.ts';
import { leaseMs } from '../../../../lib/encoder/lease/policy/fence.ts';
import { StoreWatch } from '../../../../lib/encoder/lease/policy/store-watch.ts';
import { SweepTurn } from '../../../../lib/encoder/lease/policy/sweep-turn.ts';
import {
  type BroadcastId,
  type MemberId,
  newBroadcastId,
  type StreamId,
} from '../../../../lib/routing/ids.ts';

const sweepMs = 5000;
const idOf = (number: number) => String(number).padStart(16, '0') as StreamId;

/** The store has taken the observer's writes all the time. */
const steady = new StoreWatch();
steady.wrote(Number.NEGATIVE_INFINITY);

/** A fleet's open broadcasts, whose workers renew their leases between any two sweeps unless they are dead. */
class Fleet {
  readonly open: StreamId[];
  readonly dead = new Set<StreamId>();
  nowMs = 0;

  constructor(count: number) {
    this.open = Array.from({ length: count }, (_, number) => idOf(number));
  }

  /** One worker's sweep: what it looked at, and what it found abandoned. */
  sweep(turn: SweepTurn, watch = steady): { looked: StreamId[]; abandoned: StreamId[] } {
    const { limit, cursor = '' } = turn.page;
    const after = this.open.filter((id) => id > cursor);
    const broadcasts = after.slice(0, limit).map((streamId) => ({ streamId, id: newBroadcastId(1) }));
    const last = broadcasts.at(-1);
    const page = after.length > limit && last ? { broadcasts, cursor: last.streamId } : { broadcasts };
    const looked = turn.begin(page);
    return { looked, abandoned: looked.filter((id) => turn.isAbandoned(this.lease(id), this.nowMs, watch)) };
  }

  lease(streamId: StreamId): LeaseRecord {
    return {
      streamId,
      workerId: 'encoder-9' as MemberId,
      epoch: 1,
      version: this.dead.has(streamId) ? 7 : 1000 + this.nowMs,
      broadcastId: 'b' as BroadcastId,
      released: false,
      endRequested: false,
    };
  }
}

/** `count` sweeps of one worker. */
function sweeps(fleet: Fleet, turn: SweepTurn, count: number) {
  return Array.from({ length: count }, () => {
    const swept = fleet.sweep(turn);
    fleet.nowMs += sweepMs;
    return swept;
  });
}

describe('the turn of a worker’s sweeps', () => {
  test('checks few leases per sweep, all of them per round, and finds none that is renewed', () => {
    const fleet = new Fleet(500);
    const turn = new SweepTurn(4, idOf(123));
    const all = sweeps(fleet, turn, Math.ceil(500 / turn.limit) + 2);
    for (const { looked } of all) {
      expect(looked.length).toBeLessThanOrEqual(2 * turn.limit);
      expect(new Set(looked).size).toBe(looked.length);
    }
    expect(new Set(all.flatMap(({ looked }) => looked)).size).toBe(500);
    expect(all.flatMap(({ abandoned }) => abandoned)).toEqual([]);
  });

  test('begins at its own place and wraps from the end to the beginning', () => {
    const fleet = new Fleet(40);
    const [first, second, third] = sweeps(fleet, new SweepTurn(1, idOf(19)), 3);
    expect(first?.looked).toEqual(fleet.open.slice(20, 36));
    expect(second?.looked.slice(16)).toEqual(fleet.open.slice(36));
    expect(third?.looked.slice(4)).toEqual(fleet.open.slice(0, 16));
  });

  test('finds an abandoned lease at its second check, one sweep after the first', () => {
    const fleet = new Fleet(100);
    fleet.dead.add(idOf(30));
    const all = sweeps(fleet, new SweepTurn(4, idOf(0)), 4);
    expect(all.map(({ abandoned }) => abandoned)).toEqual([[], [], [idOf(30)], []]);
  });

  test('finds an abandoned lease among a few in two sweeps, and again while nobody has taken it', () => {
    const fleet = new Fleet(3);
    const turn = new SweepTurn(4, idOf(0));
    sweeps(fleet, turn, 3);
    fleet.dead.add(idOf(1));
    const all = sweeps(fleet, turn, 4);
    expect(all.map(({ abandoned }) => abandoned)).toEqual([[], [idOf(1)], [], [idOf(1)]]);
  });

  test('does not call a lease abandoned that it saw twice within the lease time', () => {
    const fleet = new Fleet(1);
    const turn = new SweepTurn(4, idOf(9));
    fleet.dead.add(idOf(0));
    sweeps(fleet, turn, 1);
    fleet.sweep(turn);
    fleet.nowMs += leaseMs - 1;
    expect(fleet.sweep(turn).abandoned).toEqual([]);
    fleet.nowMs += 1;
    expect(fleet.sweep(turn).abandoned).toEqual([idOf(0)]);
  });

  test('does not call a lease abandoned that could not be renewed because the store accepted no writes of ours either', () => {
    const fleet = new Fleet(1);
    const turn = new SweepTurn(4, idOf(9));
    fleet.dead.add(idOf(0));
    const watch = new StoreWatch();
    watch.wrote(0);
    fleet.sweep(turn, watch);
    watch.failed(1000);
    fleet.nowMs = 600_000;
    expect(fleet.sweep(turn, watch).abandoned).toEqual([]);
    watch.wrote(600_000);
    fleet.nowMs += leaseMs - 1;
    expect(fleet.sweep(turn, watch).abandoned).toEqual([]);
    fleet.nowMs += 1;
    expect(fleet.sweep(turn, watch).abandoned).toEqual([idOf(0)]);
  });

  test('covers each broadcast of a fleet with room about twice a sweep, however large the fleet is', () => {
    const looksPerSweep = (workers: number) => {
      const capacity = 8;
      const fleet = new Fleet(Math.floor(0.8 * workers * capacity));
      const starts = Array.from({ length: workers }, (_, n) =>
        idOf(Math.floor(((n * 0.618) % 1) * fleet.open.length)),
      );
      const turns = starts.map((start) => new SweepTurn(capacity, start));
      const found = turns.map((turn) => fleet.sweep(turn).looked.length);
      return found.reduce((sum, count) => sum + count, 0) / fleet.open.length;
    };
    for (const workers of [10, 100, 400]) {
      expect(looksPerSweep(workers)).toBeGreaterThan(1.5);
      expect(looksPerSweep(workers)).toBeLessThan(2.6);
    }
  });
});
