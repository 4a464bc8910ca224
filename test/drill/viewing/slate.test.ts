import { describe, expect, test } from '@jest/globals';
import { judgeSlate, looksLikeSlate, type SeenPicture } from '../../../drill/viewing/slate.ts';

const picture = (atMs: number, number: number, isSlate = false): SeenPicture => ({ atMs, number, isSlate });

describe('what viewers see while a publisher is away', () => {
  test('is timed from the last new picture to the first and to the last of the slate', () => {
    const pictures = [
      ...[picture(0, 0), picture(33, 1), picture(67, 2)],
      ...[picture(167, 0), picture(267, 0)],
      ...[picture(367, -1, true), picture(467, -1, true)],
      picture(500, 8192),
    ];
    expect(judgeSlate(pictures)).toEqual({ afterMs: 300, forMs: 100, broken: 0 });
  });

  test('is no slate if none was shown, and an unreadable picture counts as broken', () => {
    const { afterMs, broken } = judgeSlate([picture(0, 0), picture(33, -1), picture(67, 1, true)]);
    expect(afterMs).toBeNaN();
    expect(broken).toBe(1);
  });
});

describe('a picture', () => {
  const luma = (paint: (x: number, y: number) => number) =>
    Uint8Array.from({ length: 64 * 36 }, (_, at) => paint(at % 64, Math.floor(at / 64)));

  test('is the slate when it is dark and something glows in the middle', () => {
    expect(looksLikeSlate(luma((x, y) => (x > 28 && x < 36 && y === 18 ? 120 : 30)))).toBe(true);
  });

  test('is not the slate when it is black, or bright elsewhere, or was never decoded', () => {
    expect(looksLikeSlate(luma(() => 16))).toBe(false);
    expect(looksLikeSlate(luma((x, y) => (x === 5 && y === 5 ? 200 : y === 18 ? 120 : 30)))).toBe(false);
    expect(looksLikeSlate(new Uint8Array())).toBe(false);
  });
});
