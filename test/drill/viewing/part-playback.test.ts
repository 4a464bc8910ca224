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
      spans: [],
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

  /** As a takeover has it: what was missed comes faster than it plays, until it is where it would have been. */
  const caughtUp = (from: number, to: number, lateMs: number): GotPart[] =>
    parts('2-1', from, to).map((part, at) => ({
      ...part,
      arrivedAtMs: part.arrivedAtMs + Math.max(0, lateMs - at * 400),
    }));

  test('stalls for as long as its buffer does not last, and makes up for that as our page does', () => {
    const short = playParts([...parts('1-1', 0, 10), ...caughtUp(10, 90, 3000)], 2000)!;
    expect(short.stalls).toBe(1);
    expect(short.longestStallMs).toBeGreaterThan(400);
    expect(short.longestStallMs).toBeLessThanOrEqual(1500);
    // At 8 % faster than real time at most, until it is nearer than a part.
    expect(short.backAtTargetMs).toBeGreaterThan((short.longestStallMs - 250) / 0.08);
    expect(short.backAtTargetMs).toBeLessThan(20_000);
    const long = playParts([...parts('1-1', 0, 10), ...caughtUp(10, 60, 8000)], 2000)!;
    expect(long.longestStallMs).toBeGreaterThan(5000);
    expect(long.backAtTargetMs).toBeLessThan(15_000);
  });

  test('is never back where parts go on to be late', () => {
    const late = playParts([...parts('1-1', 0, 10), ...parts('2-1', 10, 60, 2500)], 2000)!;
    expect(late.backAtTargetMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('has not started without enough of it', () => {
    expect(playParts(parts('1-1', 0, 2), 2000)).toBeUndefined();
  });
});
