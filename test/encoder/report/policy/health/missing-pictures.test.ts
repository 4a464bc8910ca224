import { describe, expect, test } from '@jest/globals';
import { missingPictures } from '../../../../../lib/encoder/report/policy/health/missing-pictures.ts';

/** Thirty pictures a second, in whole milliseconds. */
const steady = Array.from({ length: 150 }, (_, index) => (index % 3 === 0 ? 34 : 33));

describe('pictures that are missing', () => {
  test('are none where each comes after the usual time', () => {
    const { usualMs, missing } = missingPictures(steady, undefined);
    expect(usualMs).toBeCloseTo(33.3, 0);
    expect(missing).toBe(0);
  });

  test('are counted by the time that they should have taken', () => {
    expect(missingPictures([...steady, 67, 100], undefined).missing).toBe(1 + 2);
    expect(missingPictures([...steady, 1_500], undefined).missing).toBe(44);
  });

  test('are still counted where only some came, by what was usual before', () => {
    expect(missingPictures([33, 33, 333], 33.3).missing).toBe(9);
    expect(missingPictures([33, 33, 333], undefined)).toEqual({ usualMs: undefined, missing: 0 });
  });

  test('cannot be told where pictures come as they please', () => {
    const screen = Array.from({ length: 60 }, (_, index) => [17, 33, 250, 900, 50, 120][index % 6]!);
    expect(missingPictures(screen, 33)).toEqual({ usualMs: undefined, missing: 0 });
  });

  test('are none where a phone in the dark halves its frame rate for good', () => {
    const dark = steady.map((ms) => 2 * ms);
    expect(missingPictures(dark, 33.3)).toEqual({ usualMs: expect.closeTo(66.7, 0), missing: 0 });
  });
});
