import { describe, expect, test } from '@jest/globals';
import {
  type RefusalEntry,
  RefusalQuota,
  type RefusedAttempt,
} from '../../../lib/control-store/refusals/refusal-quota.ts';
import { newStreamId } from '../../../lib/routing/ids.ts';

const streamId = newStreamId();
const attempt = (change: Partial<RefusedAttempt> = {}): RefusedAttempt => ({
  streamId,
  reason: 'wrong-key',
  client: '192.0.2.7',
  atMs: 1,
  ...change,
});
const limits = { everyMs: 60_000, atMostEveryMs: 240_000, perMinute: 5, tracked: 3 };
const written = (entries: readonly RefusalEntry[]) => entries.map(({ attempts }) => attempts);

describe('the quota of refusals in the journal', () => {
  test('has an entry for the first attempt at once, and one for all that follow within a minute', () => {
    const quota = new RefusalQuota(limits);
    expect(quota.refused(attempt(), 0)).toEqual({ last: attempt(), attempts: 1, firstAtMs: 0 });
    for (const nowMs of [10_000, 20_000]) expect(quota.refused(attempt(), nowMs)).toBeUndefined();
    const last = attempt({ client: '192.0.2.8', atMs: 30_001 });
    expect(quota.refused(last, 30_000)).toBeUndefined();
    expect(quota.waiting).toBe(3);
    expect(quota.due(59_999)).toEqual([]);
    expect(quota.due(60_000)).toEqual([{ last, attempts: 3, firstAtMs: 10_000 }]);
    expect(quota.due(60_000)).toEqual([]);
  });

  test('spreads its entries out while attempts go on', () => {
    const quota = new RefusalQuota(limits);
    quota.refused(attempt(), 0);
    const atMs: number[] = [];
    for (let nowMs = 0; nowMs <= 1_000_000; nowMs += 1_000) {
      quota.refused(attempt(), nowMs);
      if (quota.due(nowMs).length > 0) atMs.push(nowMs);
    }
    expect(atMs).toEqual([60_000, 180_000, 420_000, 660_000, 900_000]);
  });

  test('has an entry at once again after a quiet time', () => {
    const quota = new RefusalQuota(limits);
    quota.refused(attempt(), 0);
    expect(quota.due(60_000)).toEqual([]);
    expect(quota.refused(attempt(), 61_000)).toMatchObject({ attempts: 1 });
  });

  test('counts each stream and each reason by itself', () => {
    const quota = new RefusalQuota(limits);
    expect(quota.refused(attempt(), 0)).toBeDefined();
    expect(quota.refused(attempt({ reason: 'busy' }), 0)).toBeDefined();
    expect(quota.refused(attempt({ streamId: newStreamId() }), 0)).toBeDefined();
  });

  test('has no more entries in a minute than it may, whatever the streams; the rest come later', () => {
    const quota = new RefusalQuota({ ...limits, tracked: 100 });
    const first = Array.from({ length: 20 }, () => quota.refused(attempt({ streamId: newStreamId() }), 0));
    expect(first.filter((entry) => entry !== undefined)).toHaveLength(5);
    expect(quota.due(59_999)).toEqual([]);
    expect(written(quota.due(60_000))).toEqual([1, 1, 1, 1, 1]);
    expect(written(quota.due(120_000))).toEqual([1, 1, 1, 1, 1]);
    expect(written(quota.due(180_000))).toEqual([1, 1, 1, 1, 1]);
    expect(quota.waiting).toBe(0);
    expect(quota.takeShed()).toBe(0);
  });

  test('remembers only so many, sheds further ones and counts them', () => {
    const quota = new RefusalQuota(limits);
    for (let index = 0; index < 10; index++) quota.refused(attempt({ streamId: newStreamId() }), 0);
    expect(quota.takeShed()).toBe(7);
    expect(quota.takeShed()).toBe(0);
    quota.due(60_000);
    expect(quota.refused(attempt(), 60_000)).toBeDefined();
  });

  test('puts what was not written into the next entry', () => {
    const quota = new RefusalQuota(limits);
    const first = quota.refused(attempt(), 0)!;
    quota.refused(attempt({ atMs: 2 }), 5_000);
    quota.unwritten(first);
    expect(quota.due(59_999)).toEqual([]);
    const [entry] = quota.due(60_000);
    expect(entry).toEqual({ last: attempt({ atMs: 2 }), attempts: 2, firstAtMs: 0 });
    quota.unwritten(entry!);
    expect(quota.due(70_000, true)).toEqual([entry]);
  });
});
