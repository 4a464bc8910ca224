import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PartsThrough, partEndsIn } from '../../../../lib/encoder/publisher/policy/parts-through.ts';
import { partLengthsMs, segmentMs } from '../../../../lib/packaging/segment-grid.ts';
import { mostKeyFrames } from '../../../../lib/protocol/relay/link-frames.ts';

describe('how far parts are out', () => {
  test('is told with the part before, which may not have reached every player', () => {
    const parts = new PartsThrough(500);
    expect(parts.part('720p', 6000)).toEqual([6000, 6500]);
    expect(parts.part('720p', 6500)).toEqual([6500, 7000]);
  });

  test('is told once for all renditions, by the furthest', () => {
    const parts = new PartsThrough(500);
    parts.part('720p', 6000);
    expect(parts.part('360p', 6000)).toBeUndefined();
    expect(parts.part('360p', 6500)).toEqual([6000, 6500, 7000]);
    expect(parts.part('720p', 6500)).toBeUndefined();
  });

  test('counts the one that is behind, until that is a segment: then it is made no longer', () => {
    const parts = new PartsThrough(500);
    parts.part('720p', 0);
    expect([500, 1000, 1500].map((ms) => parts.part('360p', ms))).toEqual([
      [0, 500, 1000],
      [0, 500, 1000, 1500],
      [0, 500, 1000, 1500, 2000],
    ]);
    expect(parts.part('360p', 2000)).toEqual([2000, 2500]);
  });

  test('does not go back when an encoder makes parts again', () => {
    const parts = new PartsThrough(500);
    parts.part('720p', 7500);
    expect(parts.part('720p', 6000)).toBeUndefined();
    expect(parts.part('720p', 7500)).toBeUndefined();
    expect(parts.part('720p', 8000)).toEqual([8000, 8500]);
  });

  test.each([
    ['rounding puts its first frame just before it', 6999.6, 7500],
    ['its first frame comes late', 7100, 7500],
  ])('is on the grid, also if %s', (_name, startMs, endMs) => {
    expect(new PartsThrough(500).part('720p', startMs)?.at(-1)).toBe(endMs);
  });

  test('fits a link frame with any part length and any order', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 100_000 })));
    fc.assert(
      fc.property(fc.constantFrom(...partLengthsMs), steps, (partMs, each) => {
        const parts = new PartsThrough(partMs);
        for (const [rendition, startMs] of each) {
          const told = parts.part(rendition, startMs);
          if (told === undefined) continue;
          expect(told.length).toBeGreaterThan(0);
          expect(told.length).toBeLessThanOrEqual(mostKeyFrames);
          expect(told.every((ms) => ms >= 0 && ms % partMs === 0)).toBe(true);
          expect([...told].sort((a, b) => a - b)).toEqual(told);
        }
      }),
    );
  });
});

test('a segment of which nobody knows what players have gets a key frame at every part but the first', () => {
  expect(partEndsIn(8000, 500)).toEqual([8500, 9000, 9500]);
  for (const partMs of partLengthsMs) expect(partEndsIn(0, partMs)).toHaveLength(segmentMs / partMs - 1);
});
