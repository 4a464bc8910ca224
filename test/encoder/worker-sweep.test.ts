import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ConditionFailedError, ControlStoreUnavailableError } from '../../lib/control-store/errors.ts';
import type { BroadcastState, LeaseRecord } from '../../lib/control-store/records.ts';
import { leaseMs } from '../../lib/encoder/lease/policy/fence.ts';
import { SweepTurn } from '../../lib/encoder/lease/policy/sweep-turn.ts';
import { Worker, type WorkerOptions } from '../../lib/encoder/worker.ts';
import { newStreamId, type StreamId } from '../../lib/routing/ids.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const sweepMs = 5000;
const capacity = 4;
const { limit } = new SweepTurn(capacity, newStreamId());

/**
 * A worker beside others in a store where `open` broadcasts are on air. It has no streams' records, so whoever it takes to
 * be abandoned is asked for and then left alone.
 */
class Fleet {
  readonly open: readonly StreamId[];
  readonly worker: Worker;
  /** Whose worker renews no more. */
  readonly dead = new Set<StreamId>();
  readonly states = new Map<StreamId, BroadcastState>();
  readonly failing = new Map<StreamId, Error>();
  /** Reads that may be old don't see their renewals. */
  readonly behind = new Set<StreamId>();
  readonly takenOver: StreamId[] = [];
  /** Nothing can be written, though everything can be read. */
  full = false;
  readonly looks: StreamId[] = [];
  readonly taken: StreamId[] = [];
  readonly told: string[] = [];

  constructor(count: number) {
    this.open = Array.from({ length: count }, () => newStreamId()).sort();
    const store = {
      heartbeat: async () => {
        if (this.full) throw new ControlStoreUnavailableError('The disk is full.');
      },
      removeMember: async () => {},
      listOpenBroadcasts: async ({ limit, cursor = '' }: { limit: number; cursor?: string }) => {
        const after = this.open.filter((id) => id > cursor);
        const broadcasts = after.slice(0, limit).map((streamId) => ({ streamId }));
        return after.length > limit ? { broadcasts, cursor: broadcasts.at(-1)!.streamId } : { broadcasts };
      },
      getLease: async (
        streamId: StreamId,
        options?: { isEventual?: boolean },
      ): Promise<Partial<LeaseRecord>> => {
        if (options?.isEventual) this.looks.push(streamId);
        const isOld = this.behind.has(streamId) && options?.isEventual;
        const version = this.dead.has(streamId) || isOld ? 0 : Date.now();
        return { streamId, workerId: 'encoder-2' as LeaseRecord['workerId'], version, released: false };
      },
      latestBroadcast: async (id: StreamId) => ({ state: this.states.get(id) ?? 'live' }),
      getStream: async (id: StreamId) => {
        this.taken.push(id);
        if (this.failing.has(id)) throw this.failing.get(id);
        return this.behind.has(id) ? { id, playback: 'public' } : undefined;
      },
      takeLease: async ({ streamId }: { streamId: StreamId }) => {
        this.takenOver.push(streamId);
        throw new ConditionFailedError('not in this test');
      },
    };
    this.worker = new Worker({
      memberId: 'encoder-1',
      capacity,
      store,
      clock: { nowMs: () => Date.now(), wallMs: () => Date.now() },
      emit: (name: string) => this.told.push(name),
    } as unknown as WorkerOptions);
  }

  /** One sweep after the other; returns how many leases each looked at. */
  async sweeps(count: number): Promise<number[]> {
    const looks = [];
    for (let n = 0; n < count; n++) {
      const before = this.looks.length;
      await jest.advanceTimersByTimeAsync(sweepMs);
      looks.push(this.looks.length - before);
    }
    return looks;
  }
}

describe('the sweeps of a worker', () => {
  test('check a bounded number of leases each, and reach every broadcast in turn', async () => {
    const fleet = new Fleet(300);
    await fleet.worker.start();
    const looks = await fleet.sweeps(Math.ceil(300 / limit) + 2);
    await fleet.worker.drain();
    expect(Math.max(...looks)).toBeLessThanOrEqual(2 * limit);
    expect(new Set(fleet.looks).size).toBe(300);
    expect(fleet.taken).toEqual([]);
  });

  test('take every lease that no worker renews, wherever it is among the others', async () => {
    const fleet = new Fleet(200);
    const [one, another] = [fleet.open[3]!, fleet.open[150]!];
    fleet.dead.add(one).add(another);
    await fleet.worker.start();
    await fleet.sweeps(Math.ceil(200 / limit) + 3);
    await fleet.worker.drain();
    expect(new Set(fleet.taken)).toEqual(new Set([one, another]));
  });

  test('take no lease that only looks abandoned because the read was old', async () => {
    const fleet = new Fleet(2);
    const [behind, gone] = fleet.open as [StreamId, StreamId];
    fleet.behind.add(behind).add(gone);
    fleet.dead.add(gone);
    await fleet.worker.start();
    await fleet.sweeps(4);
    // Long enough for both, one after the other, and no other sweep.
    await jest.advanceTimersByTimeAsync(sweepMs - 1);
    await fleet.worker.drain();
    expect(new Set(fleet.taken)).toEqual(new Set([behind, gone]));
    expect(new Set(fleet.takenOver)).toEqual(new Set([gone]));
  });

  test('leave an ended broadcast alone, even if the list still has it', async () => {
    const fleet = new Fleet(2);
    const [ended, open] = fleet.open as [StreamId, StreamId];
    for (const id of fleet.open) fleet.dead.add(id);
    fleet.states.set(ended, 'ended');
    await fleet.worker.start();
    await fleet.sweeps(4);
    await fleet.worker.drain();
    expect(new Set(fleet.taken)).toEqual(new Set([open]));
  });

  test('continue after a broadcast that cannot be taken', async () => {
    const fleet = new Fleet(3);
    const [lost, broken] = fleet.open as [StreamId, StreamId];
    for (const id of fleet.open) fleet.dead.add(id);
    fleet.failing.set(lost, new ConditionFailedError('another was first')).set(broken, new Error('odd'));
    await fleet.worker.start();
    await fleet.sweeps(3);
    await fleet.worker.drain();
    expect(new Set(fleet.taken)).toEqual(new Set(fleet.open));
    expect(fleet.told.filter((name) => name === 'encoder.sweep.failed')).toHaveLength(1);
  });

  test('stop if the control store does not respond', async () => {
    const fleet = new Fleet(3);
    for (const id of fleet.open) {
      fleet.dead.add(id);
      fleet.failing.set(id, new ControlStoreUnavailableError('away'));
    }
    await fleet.worker.start();
    await fleet.sweeps(3);
    await fleet.worker.drain();
    expect(fleet.taken).toHaveLength(1);
    expect(fleet.told).toContain('encoder.control.unavailable');
  });

  test('take nothing from holders that cannot renew, while the store is read-only and just after', async () => {
    const fleet = new Fleet(3);
    await fleet.worker.start();
    await fleet.sweeps(2);
    fleet.full = true;
    for (const id of fleet.open) fleet.dead.add(id);
    await fleet.sweeps(10);
    // The holders come to their next renewal when the store takes writes again.
    fleet.full = false;
    await jest.advanceTimersByTimeAsync(leaseMs);
    fleet.dead.clear();
    await fleet.sweeps(3);
    await fleet.worker.drain();
    expect(fleet.taken).toEqual([]);
  });
});

describe('a control store that accepts one write and not the next', () => {
  test('is reported once as down, and once as back when it has accepted all writes for a lease time', async () => {
    const fleet = new Fleet(0);
    await fleet.worker.start();
    for (let second = 0; second < 20; second++) {
      fleet.full = second % 2 === 0;
      await jest.advanceTimersByTimeAsync(1000);
    }
    fleet.full = false;
    await jest.advanceTimersByTimeAsync(10_000);
    await fleet.worker.drain();
    expect(fleet.told.filter((name) => name.startsWith('encoder.control.'))).toEqual([
      'encoder.control.unavailable',
      'encoder.control.recovered',
    ]);
  });
});
