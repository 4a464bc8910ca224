import { describe, expect, test } from '@jest/globals';
import { StreamClock } from '../../../lib/encoder/publisher/stream-clock.ts';

const startedAtMs = 1_790_000_000_000;
const at = (sinceStartMs: number) => {
  const clock = {
    time: sinceStartMs,
    nowMs: () => clock.time + 7,
    wallMs: () => startedAtMs + clock.time,
  };
  return clock;
};

describe('stream time by the clock', () => {
  test('is stopped until media arrives, then runs from where another worker stopped', () => {
    const clock = at(50_000);
    const time = new StreamClock(clock, 40_000);
    clock.time += 500;
    expect([time.running, time.nowMs]).toEqual([false, 40_000]);
    time.start();
    clock.time += 300;
    time.start();
    expect([time.running, time.nowMs]).toEqual([true, 40_300]);
  });

  test('begins earlier if that media is replayed', () => {
    const time = new StreamClock(at(50_000), 40_000);
    expect(time.startBefore(38_500)).toBe(true);
    time.start();
    expect(time.nowMs).toBe(38_500);
    expect(time.startBefore(38_000)).toBe(false);
  });

  test('continues from where a replay has come to, and is not held up by late media', () => {
    const clock = at(50_000);
    const time = new StreamClock(clock, 40_000);
    expect(time.keepUpWith(47_000)).toBe(0);
    time.start();
    expect(time.keepUpWith(46_500)).toBe(6_500);
    clock.time += 300;
    expect(time.nowMs).toBe(46_800);
    expect(time.keepUpWith(46_600)).toBe(0);
    expect(time.nowMs).toBe(46_800);
  });

  test.each([-1, 40_001, 250_000])('does not begin at %d ms, which is no valid replay', (replayStartMs) => {
    const time = new StreamClock(at(50_000), replayStartMs > 100_000 ? 400_000 : 40_000);
    expect(time.startBefore(replayStartMs)).toBe(false);
  });

  test.each([
    ['includes the time in which nobody published', 45_000, 45_000],
    ['leaves out of a longer pause what is beyond the reconnect window', 90_000, 50_000],
    ['never runs back, whatever the wall clock says', 10_000, 40_000],
  ])('of a publisher that reconnects on its own %s', (_, wallMs, expected) => {
    const time = new StreamClock(at(wallMs), 40_000);
    time.catchUp(startedAtMs, 10_000);
    expect(time.nowMs).toBe(expected);
  });
});
