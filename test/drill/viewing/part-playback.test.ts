import { describe, expect, test } from '@jest/globals';
import { type GotPart, playParts } from '../../../drill/viewing/part-playback.ts';

const partMs = 500;

/** Parts from place `from` to `to` (four in a segment), each as soon as it can be there and `lateMs` later. */
const parts = (by: string, from: number, to: number, lateMs = 0): GotPart[] =>
  Array.from({ length: to - from }, (_, at) => {
    const place = from + at;
    const mediaStartMs = place * partMs;
    return {
      number: Math.floor(place / 4),
      index: place % 4,
      by,
      independent: place % 4 === 0,
      mediaStartMs,
      mediaEndMs: mediaStartMs + partMs,
      arrivedAtMs: mediaStartMs + partMs + lateMs,
    };
  });

describe('a player two seconds behind', () => {
  test('does not notice a worker that stays', () => {
    expect(playParts(parts('1-1', 0, 40), 2000)).toEqual({
      mixed: 0,
      stalls: 0,
      longestStallMs: 0,
      backAtTargetMs: 0,
    });
  });

  test('goes on at the key frame that another encoder makes where the first one ended', () => {
    const next = parts('2-1', 8, 40, 1000).map((part) =>
      part.number === 2 && part.index === 2 ? { ...part, independent: true } : part,
    );
    expect(playParts([...parts('1-1', 0, 10), ...next], 2000)).toMatchObject({ mixed: 0, stalls: 0 });
  });

  test('decodes one picture on top of another one without it', () => {
    expect(playParts([...parts('1-1', 0, 10), ...parts('2-1', 8, 40, 1000)], 2000)).toMatchObject({
      mixed: 1,
    });
  });

  test('stalls for as long as its buffer does not last, and makes up for that', () => {
    const played = playParts([...parts('1-1', 0, 10), ...parts('2-1', 10, 60, 2500)], 2000)!;
    expect(played.stalls).toBe(1);
    expect(played.longestStallMs).toBeGreaterThan(400);
    expect(played.longestStallMs).toBeLessThan(1500);
    expect(played.backAtTargetMs).toBeCloseTo(played.longestStallMs / 0.08);
  });

  test('has not started without enough of it', () => {
    expect(playParts(parts('1-1', 0, 2), 2000)).toBeUndefined();
  });
});
