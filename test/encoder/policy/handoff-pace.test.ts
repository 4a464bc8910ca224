import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BroadcastRecord } from '../../../lib/control-store/records.ts';
import { drainLimits } from '../../../lib/encoder/policy/drain-limits.ts';
import { HandoffPace, isTakenOver } from '../../../lib/encoder/policy/handoff-pace.ts';

const { turnsMs, publishersMs } = drainLimits;

describe('the turns of a drain', () => {
  test('share the time alike', () => {
    const pace = new HandoffPace(1000);
    expect(pace.turnEndsAtMs(4, 1000)).toBe(1000 + turnsMs / 4);
    expect(pace.turnEndsAtMs(1, 1000)).toBe(1000 + turnsMs);
  });

  test('leave what they don’t use to the others', () => {
    const pace = new HandoffPace(0);
    expect(pace.turnEndsAtMs(3, 4000)).toBe(4000 + (turnsMs - 4000) / 3);
  });

  test('become short when the time does, and end at once when it is over', () => {
    const pace = new HandoffPace(0);
    expect(pace.turnEndsAtMs(10, turnsMs - 100)).toBe(turnsMs - 90);
    expect(pace.turnEndsAtMs(10, turnsMs + 5)).toBe(turnsMs + 5);
  });

  test('have all begun in time, however long each takes', () => {
    const turns = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(turns, (wanted) => {
        const pace = new HandoffPace(0);
        let nowMs = 0;
        for (const [index, wantedMs] of wanted.entries()) {
          expect(nowMs).toBeLessThanOrEqual(turnsMs);
          nowMs = Math.min(nowMs + wantedMs, pace.turnEndsAtMs(wanted.length - index, nowMs));
        }
        expect(nowMs).toBeLessThanOrEqual(turnsMs + 1);
      }),
    );
  });

  test('count for the time that proxies have to find room', () => {
    const pace = new HandoffPace(1000);
    expect(pace.publishersMs(11_000)).toBe(publishersMs - 10_000);
    expect(pace.publishersMs(1000 + publishersMs + 1)).toBe(0);
    expect(turnsMs).toBeLessThan(publishersMs);
  });
});

describe('a broadcast that was handed over', () => {
  const record = (fields: Partial<BroadcastRecord>) => ({ state: 'live' as const, epoch: 4, ...fields });

  test('is waited for until its new worker keeps real time', () => {
    expect(isTakenOver(record({}), 3, 20_000)).toBe(false);
    expect(isTakenOver(record({ caughtUpEpoch: 4 }), 3, 0)).toBe(true);
  });

  test('is not in real time there because it was so here', () => {
    expect(isTakenOver(record({ caughtUpEpoch: 3 }), 3, 20_000)).toBe(false);
  });

  test('is no longer waited for when nobody takes it', () => {
    const left = record({ epoch: 3, caughtUpEpoch: 3 });
    expect(isTakenOver(left, 3, 1000)).toBe(false);
    expect(isTakenOver(left, 3, 5001)).toBe(true);
  });

  test('is not waited for when it has ended, or its stream was deleted', () => {
    expect(isTakenOver(record({ state: 'ended' }), 3, 0)).toBe(true);
    expect(isTakenOver(undefined, 3, 0)).toBe(true);
  });
});
