import { describe, expect, test } from '@jest/globals';
import {
  afterCalm,
  afterStall,
  type LiveTarget,
  startTarget,
  targetMs,
} from '../../../../../lib/player/page/playback/policy/live-target.ts';

const minute = 60_000;
const stalls = (...timesMs: number[]) => timesMs.reduce(afterStall, startTarget);
const of = (target: LiveTarget) => targetMs(target, 2_000);

describe('the live target', () => {
  test('is the manifest’s, and one stall is forgiven', () => {
    expect(of(startTarget)).toBe(2_000);
    expect(of(stalls(0))).toBe(2_000);
    expect(of(stalls(0, 2 * minute, 4 * minute))).toBe(2_000);
  });

  test('is safer after a second stall within a minute, and again, up to standard latency', () => {
    expect(of(stalls(0, 10_000))).toBe(3_000);
    expect(of(stalls(0, 10_000, 20_000))).toBe(4_500);
    const worst = stalls(0, 1_000, 2_000, 3_000, 4_000, 5_000);
    expect(of(worst)).toBe(7_000);
    expect(targetMs(worst, 8_000)).toBe(13_000);
  });

  test('returns step by step when it is calm', () => {
    const safe = stalls(0, 10_000, 20_000);
    expect(of(afterCalm(safe, 49_000))).toBe(4_500);
    const first = afterCalm(safe, 50_000);
    expect(of(first)).toBe(3_000);
    expect(of(afterCalm(first, 79_000))).toBe(3_000);
    expect(of(afterCalm(first, 80_000))).toBe(2_000);
    expect(of(afterCalm(afterCalm(first, 80_000), 10 * minute))).toBe(2_000);
  });

  test('a target that fails right after the return is waited for twice as long, up to 8 minutes', () => {
    let target = stalls(0, 10_000);
    let nowMs = 10_000;
    const waits: number[] = [];
    for (let round = 0; round < 6; round++) {
      waits.push(target.calmMs);
      expect(of(afterCalm(target, nowMs + target.calmMs - 1))).toBe(3_000);
      nowMs += target.calmMs;
      target = afterCalm(target, nowMs);
      expect(of(target)).toBe(2_000);
      nowMs += 5_000;
      target = afterStall(target, nowMs);
      expect(of(target)).toBe(3_000);
    }
    expect(waits).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 480_000]);
  });

  test('without a stall nothing changes', () => {
    expect(afterCalm(startTarget, 10 * minute)).toBe(startTarget);
  });
});
