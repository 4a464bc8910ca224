import { expect, test } from '@jest/globals';
import { afterFault } from '../../../drill/viewing/screens.ts';
import type { ScreenReport, ShownPicture } from '../../../testkit/screen/watch.ts';

const zeroMs = 1_000_000;
const faultAtMs = zeroMs + 10_000;

/** A picture each 200 ms, captured `behindMs` before it is shown; stream time 0 was captured at `zeroMs`. */
const pictures = (fromMs: number, toMs: number, behindMs: number): ShownPicture[] =>
  Array.from({ length: (toMs - fromMs) / 200 }, (_, at) => {
    const shownAtMs = zeroMs + fromMs + at * 200;
    const capturedAtMs = shownAtMs - behindMs;
    const mediaTime = (capturedAtMs - zeroMs) / 1000;
    return { shownAtMs, capturedAtMs, mediaTime, height: 360, playbackRate: 1, saidMs: undefined };
  });

const report = (shown: ShownPicture[], freezes: ScreenReport['freezes'] = []): ScreenReport => ({
  firstPictureMs: 500,
  pictures: shown,
  freezes,
  rebuffers: 0,
});

test('a player that does not notice stalls not at all', () => {
  expect(afterFault(report(pictures(2000, 30_000, 2000)), faultAtMs)).toEqual({
    stalls: 0,
    longestStallMs: 0,
    wrong: 0,
    furtherBehindMs: 0,
  });
});

test('only what stands after the fault is its fault', () => {
  const freezes = [
    { atMs: zeroMs + 2000, ms: 700 },
    { atMs: faultAtMs + 900, ms: 800 },
  ];
  const shown = [...pictures(2000, 11_000, 2000), ...pictures(11_800, 40_000, 2800)];
  expect(afterFault(report(shown, freezes), faultAtMs)).toEqual({
    stalls: 1,
    longestStallMs: 800,
    wrong: 0,
    furtherBehindMs: 800,
  });
});

test('a picture of another time and one without a clock are wrong', () => {
  const shown = pictures(2000, 30_000, 2000).map((picture) =>
    picture.shownAtMs === faultAtMs + 1000
      ? { ...picture, capturedAtMs: undefined }
      : picture.shownAtMs === faultAtMs + 2000
        ? { ...picture, capturedAtMs: zeroMs + 1000 }
        : picture,
  );
  expect(afterFault(report(shown), faultAtMs).wrong).toBe(2);
});

test('a screen that shows nothing more has not held', () => {
  expect(afterFault(report(pictures(2000, 9000, 2000)), faultAtMs)).toMatchObject({
    wrong: Number.NaN,
    furtherBehindMs: Number.NaN,
  });
});
