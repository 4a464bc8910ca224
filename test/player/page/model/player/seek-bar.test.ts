import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  fractionAt,
  isSeekable,
  loadedParts,
  placeWithin,
  positionAt,
  timeLabel,
} from '../../../../../lib/player/page/model/player/seek-bar.ts';

const seconds = fc.double({ min: 0, max: 100_000, noNaN: true });
const anyRange = fc
  .tuple(seconds, fc.double({ min: 0.1, max: 50_000, noNaN: true }))
  .map(([start, length]) => ({
    start,
    end: start + length,
  }));

describe('the seek bar', () => {
  test('begins and ends where its range does, whatever the numbers are', () => {
    fc.assert(
      fc.property(anyRange, (range) => {
        expect([fractionAt(range, range.start), fractionAt(range, range.end)]).toEqual([0, 1]);
        expect(positionAt(range, 1)).toBeCloseTo(range.end, 6);
      }),
    );
  });

  test('leads back to the position that it shows, and never beyond its range', () => {
    fc.assert(
      fc.property(anyRange, seconds, (range, position) => {
        const shown = positionAt(range, fractionAt(range, position));
        expect(shown).toBeCloseTo(Math.min(range.end, Math.max(range.start, position)), 6);
      }),
    );
  });

  test('shows of what is loaded the parts that lie within the window', () => {
    const range = { start: 100, end: 200 };
    expect(
      loadedParts(range, [
        { start: 20, end: 90 },
        { start: 90, end: 110 },
        { start: 150, end: 240 },
      ]),
    ).toEqual([
      { start: 0, end: 0.1 },
      { start: 0.5, end: 1 },
    ]);
  });

  test('is there for every recording, and for a live window that is long enough', () => {
    expect(isSeekable({ start: 0, end: 4 }, false)).toBe(true);
    expect(isSeekable({ start: 0, end: 0 }, false)).toBe(false);
    expect(isSeekable({ start: 7, end: 16 }, true)).toBe(false);
    expect(isSeekable({ start: 7, end: 17 }, true)).toBe(true);
  });

  test('tells the time of a recording, and how far behind live a position is', () => {
    const range = { start: 30, end: 130 };
    expect(timeLabel(range, 95, false)).toBe('1:05');
    expect(timeLabel(range, 65, true)).toBe('−1:05');
    expect(timeLabel(range, 129.8, true)).toBe('Live');
  });

  test('keeps its label above itself', () => {
    expect(placeWithin(300, 160, 1_000)).toBe(220);
    expect(placeWithin(10, 160, 1_000)).toBe(0);
    expect(placeWithin(990, 160, 1_000)).toBe(840);
  });
});
