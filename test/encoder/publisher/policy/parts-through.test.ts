import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PartsThrough, partEndsIn } from '../../../../lib/encoder/publisher/policy/parts-through.ts';
import { partLengthsMs, segmentMs } from '../../../../lib/packaging/segment-grid.ts';
import { mostKeyFrames } from '../../../../lib/protocol/relay/link-frames.ts';

describe('how far parts are out', () => {
  test('is told with the end of the part before, since the last may not have reached every player', () => {
    const parts = new PartsThrough();
    expect(parts.part('720p', 6500)).toEqual([6500]);
    expect(parts.part('720p', 7000)).toEqual([6500, 7000]);
    expect(parts.part('720p', 7500)).toEqual([7000, 7500]);
  });

  test('is told once for all renditions, by the furthest', () => {
    const parts = new PartsThrough();
    parts.part('720p', 6500);
    expect(parts.part('360p', 6500)).toBeUndefined();
    expect(parts.part('360p', 7000)).toEqual([6500, 7000]);
    expect(parts.part('720p', 7000)).toBeUndefined();
  });

  test('counts the rendition that is behind, until that is a segment: then it is made no longer', () => {
    const parts = new PartsThrough();
    parts.part('720p', 500);
    parts.part('360p', 500);
    expect([1000, 1500, 2000].map((ms) => parts.part('360p', ms))).toEqual([
      [500, 1000],
      [500, 1000, 1500],
      [500, 1000, 1500, 2000],
    ]);
    expect(parts.part('360p', 2500)).toEqual([2000, 2500]);
  });

  test('does not go back when an encoder makes parts again', () => {
    const parts = new PartsThrough();
    parts.part('720p', 8000);
    expect(parts.part('720p', 6500)).toBeUndefined();
    expect(parts.part('720p', 8000)).toBeUndefined();
    expect(parts.part('720p', 8500)).toEqual([8000, 8500]);
  });

  test('goes on with what another worker had out, until it has passed that', () => {
    const parts = new PartsThrough();
    expect(parts.continue([7500, 7000, 6500])).toEqual([6500, 7000, 7500]);
    expect(parts.part('720p', 6500)).toEqual([6500, 7000, 7500]);
    expect(parts.part('720p', 7000)).toEqual([6500, 7000, 7500]);
    expect(parts.part('720p', 7500)).toEqual([7000, 7500]);
    expect(parts.part('720p', 8000)).toEqual([7500, 8000]);
  });

  test('is in whole milliseconds', () => {
    expect(new PartsThrough().part('720p', 6966.6)).toEqual([6967]);
  });

  test('fits a link frame whatever the parts, and ends with the furthest', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 20_000 })));
    fc.assert(
      fc.property(steps, (each) => {
        const parts = new PartsThrough();
        let throughMs = 0;
        for (const [rendition, nextMs] of each) {
          const told = parts.part(rendition, nextMs);
          expect(told !== undefined).toBe(nextMs > throughMs);
          throughMs = Math.max(throughMs, nextMs);
          if (told === undefined) continue;
          expect(told.at(-1)).toBe(throughMs);
          expect(told.length).toBeLessThanOrEqual(mostKeyFrames);
          expect([...new Set(told)].sort((a, b) => a - b)).toEqual(told);
        }
      }),
    );
  });
});

test('a segment of which nobody knows what players have gets a key frame at every part but the first', () => {
  expect(partEndsIn(8000, 500)).toEqual([8500, 9000, 9500]);
  for (const partMs of partLengthsMs) expect(partEndsIn(0, partMs)).toHaveLength(segmentMs / partMs - 1);
});
