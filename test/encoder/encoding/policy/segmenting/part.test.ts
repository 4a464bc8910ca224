import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { partTargetMs } from '../../../../../lib/encoder/encoding/policy/segmenting/part.ts';

const frameRates = [24_000 / 1001, 24, 25, 30_000 / 1001, 30, 48, 50, 60_000 / 1001, 60];

describe('the part target', () => {
  test.each([
    ['pictures at 30 per second', 1000 / 30, 533],
    ['pictures at 25 per second', 40, 540],
    ['pictures at 15 per second, of which a part has 7 or 8', 1000 / 15, 547],
    ['sound at 48 kHz', 1024 / 48, 521],
    ['a picture a second, which is repeated where a part ends', 1000, 540],
  ])(
    'of half a second is, for %s, a frame longer or what the shortest part allows',
    (_, frameMs, targetMs) => {
      expect(partTargetMs(500, frameMs)).toBe(targetMs);
    },
  );

  test('holds for each part of evenly spaced frames, and no such part is shorter than 85 % of it', () => {
    const anyRate = fc.constantFrom(...frameRates);
    const anyPart = fc.constantFrom(400, 500, 1000);
    fc.assert(
      fc.property(anyRate, anyPart, fc.integer({ min: 0, max: 10_000 }), (frameRate, partMs, at) => {
        const frameMs = 1000 / frameRate;
        const target = partTargetMs(partMs, frameMs);
        const firstFrom = (ms: number): number => Math.round(Math.ceil(ms / frameMs - 1e-9) * frameMs);
        const durationMs = firstFrom((at + 1) * partMs) - firstFrom(at * partMs);
        expect(durationMs).toBeLessThanOrEqual(target);
        expect(durationMs).toBeGreaterThanOrEqual(0.85 * target);
      }),
      { numRuns: 2000 },
    );
  });
});
