import { describe, expect, test } from '@jest/globals';
import { StillnessMeter } from '../../../../lib/player/page/model/frozen-picture.ts';

/** A picture of one shade with a little noise on it. */
const picture = (shade: number, noise = 0): Uint8ClampedArray =>
  Uint8ClampedArray.from({ length: 400 }, (_, at) => shade + (at % 2 === 0 ? noise : -noise));

describe('a picture that stands still', () => {
  const asksOf = (frames: (second: number) => Uint8ClampedArray, seconds: number): number[] => {
    const meter = new StillnessMeter();
    return Array.from({ length: seconds }, (_, at) => at).filter((at) => meter.look(frames(at), at * 1_000));
  };

  test('is asked about after 3 s, then ever more rarely, at least once a minute', () => {
    const asks = asksOf(() => picture(100), 300);
    expect(asks.slice(0, 4)).toEqual([3, 9, 21, 45]);
    const gaps = asks.slice(1).map((at, index) => at - (asks[index] ?? 0));
    expect(Math.max(...gaps)).toBe(60);
  });

  test('may shiver as encoders do', () => {
    expect(asksOf((at) => picture(100, at % 2), 10)).toEqual([3, 9]);
  });

  test('is never asked about while it moves, however slowly', () => {
    expect(asksOf((at) => picture(at), 120)).toEqual([]);
  });

  test('starts anew when the picture moved in between', () => {
    expect(asksOf((at) => picture(at < 20 ? 100 : 140), 26)).toEqual([3, 9, 23]);
  });
});
