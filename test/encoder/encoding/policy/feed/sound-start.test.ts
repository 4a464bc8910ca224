import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  nearestFrameMs,
  silenceBefore,
} from '../../../../../lib/encoder/encoding/policy/feed/sound-start.ts';

/** How far a time is from the beginning of the nearest frame of 1,024 samples at 48 kHz. */
const offFrameMs = (ms: number): number => {
  const frames = (ms * 48) / 1024;
  return (Math.abs(frames - Math.round(frames)) * 1024) / 48;
};
const rates = [8000, 11_025, 22_050, 44_100, 48_000, 96_000];

describe('The start of sound', () => {
  test('is silence that begins exactly on a frame, before a hole that ffmpeg fills to the sample', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(2000), fc.constantFrom(...rates), (firstMs, fromMs, rate) => {
        const audioFrameMs = (1024 * 1000) / rate;
        const atMs = silenceBefore(firstMs, firstMs + fromMs, { audioFrameMs });
        expect(offFrameMs(atMs)).toBeCloseTo(0, 6);
        const holeMs = firstMs - (atMs + audioFrameMs);
        expect(holeMs).toBeGreaterThan(40);
        expect(holeMs).toBeLessThan(110);
      }),
    );
  });

  test('is silence from the beginning of the segment on, if the sound begins later', () => {
    expect(silenceBefore(9_200, 8_000, { audioFrameMs: 1024 / 48 })).toBe(8_000);
    // 10 s is on no frame that begins on a whole ms.
    expect(silenceBefore(11_000, 10_000, { audioFrameMs: 1024 / 48 })).toBe(9_984);
  });

  test('is on the nearest frame, to the millisecond, where silence cannot precede it', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (firstMs) => {
        const atMs = nearestFrameMs(firstMs);
        expect(Number.isInteger(atMs)).toBe(true);
        expect(offFrameMs(atMs)).toBeLessThanOrEqual(0.5);
        expect(Math.abs(atMs - firstMs)).toBeLessThanOrEqual(11.2);
      }),
    );
  });
});
