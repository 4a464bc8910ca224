import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  clockOffsetMs,
  formatLatency,
  isAtLiveEdge,
  latencyMs,
} from '../../../../lib/player/page/model/latency.ts';

describe('latency', () => {
  test('is now minus the time of the frame, both on the platform’s clock', () => {
    expect(latencyMs({ localNowMs: 1_000_000, clockOffsetMs: 0, playheadMs: 996_500 })).toBe(3_500);
  });

  test('does not depend on a wrong clock of the viewer’s machine', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.integer({ min: 0, max: 5_000 }),
        (skewMs, tripMs) => {
          const [platformNowMs, playheadMs] = [1_800_000_000_000, 1_799_999_996_000];
          const localNowMs = platformNowMs - skewMs;
          const offset = clockOffsetMs({
            sentAtMs: localNowMs - tripMs,
            receivedAtMs: localNowMs,
            serverTimeMs: platformNowMs - tripMs / 2,
          });
          expect(latencyMs({ localNowMs, clockOffsetMs: offset, playheadMs })).toBeCloseTo(4_000, 5);
        },
      ),
    );
  });

  test('is unknown if the manifest’s clock can’t be right', () => {
    expect(latencyMs({ localNowMs: 1_000, clockOffsetMs: 0, playheadMs: 9_000 })).toBeUndefined();
    expect(latencyMs({ localNowMs: 1.8e12, clockOffsetMs: 0, playheadMs: 0 })).toBeUndefined();
    expect(latencyMs({ localNowMs: 1_000, clockOffsetMs: 0, playheadMs: Number.NaN })).toBeUndefined();
  });

  test('a frame slightly ahead of the clock has a latency of 0, not a negative one', () => {
    expect(latencyMs({ localNowMs: 1_000, clockOffsetMs: 0, playheadMs: 1_200 })).toBe(0);
  });

  test.each([
    [3_240, '3.2 s'],
    [9_960, '10 s'],
    [75_000, '1:15 min'],
  ])('%s ms reads %s', (ms, words) => expect(formatLatency(ms)).toBe(words));

  test('a few seconds behind the edge still count as live, a rewind does not', () => {
    expect(isAtLiveEdge({ position: 96, liveEdge: 100 })).toBe(true);
    expect(isAtLiveEdge({ position: 90, liveEdge: 100 })).toBe(false);
  });
});
