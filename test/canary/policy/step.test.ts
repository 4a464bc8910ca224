import { describe, expect, test } from '@jest/globals';
import { offsetsAt } from '../../../lib/canary/policy/step.ts';

const sourceMs = Array.from({ length: 300 }, (_, number) => number * 40);
const shown = sourceMs.map((ms, number) => ({ atMs: ms + 700, number }));
const beeps = [0, 1, 2, 3].map((pitch) => ({ atMs: 700 + pitch * 3000, pitch }));

describe('sound against pictures', () => {
  test('in step wherever the broadcast begins', () => {
    expect(offsetsAt(shown, beeps, sourceMs).map(({ offsetMs }) => offsetMs)).toEqual([0, 0, 0]);
  });

  test('late sound is positive, early sound negative, at the beeps where it is', () => {
    const moved = beeps.map((beep) => ({ ...beep, atMs: beep.atMs + [0, 45, -30, 0][beep.pitch]! }));
    expect(offsetsAt(shown, moved, sourceMs).map(({ offsetMs }) => offsetMs)).toEqual([45, -30, 0]);
  });

  test("a rate at which no picture is shown at a beep's very moment counts from the nearest one", () => {
    const odd = Array.from({ length: 300 }, (_, number) => (number * 1001) / 30);
    const found = offsetsAt(
      odd.map((atMs, number) => ({ atMs, number })),
      beeps.map(({ atMs, pitch }) => ({ atMs: atMs - 700 + 12, pitch })),
      odd,
    );
    expect(found.map(({ offsetMs }) => Math.round(offsetMs))).toEqual([12, 12, 12]);
  });

  test('a beep or a picture that is missing is left out', () => {
    expect(
      offsetsAt(
        shown.filter(({ number }) => number !== 75),
        beeps.slice(0, 3),
        sourceMs,
      ),
    ).toHaveLength(1);
  });

  test('a picture that repeats counts from when it is first shown', () => {
    const repeats = shown.flatMap((picture) => [picture, { ...picture, atMs: picture.atMs + 20 }]);
    expect(offsetsAt(repeats, beeps, sourceMs).every(({ offsetMs }) => offsetMs === 0)).toBe(true);
  });
});
