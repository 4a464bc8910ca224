import { describe, expect, test } from '@jest/globals';
import {
  partHoldBackMs,
  partTargetOf,
} from '../../../../../lib/encoder/publication/policy/live/part-target.ts';
import { audio, liveAt, video } from './live-broadcast.ts';

const frameRates = [24_000 / 1001, 24, 25, 30_000 / 1001, 30, 48, 50, 60_000 / 1001, 60];

describe('the part target', () => {
  test('is the same for all playlists of a kind, and rises only with a slower period', () => {
    const slow = new Map([...liveAt(6000).state.periods[0]!.headers, ['720p', video(720, 25)]]);
    const from = { fromNumber: 3, initName: 'init-3-1.mp4', headers: slow };
    const first = { fromNumber: 0, initName: 'init-3.mp4', headers: new Map([['720p', video(720)]]) };
    const targetAt = (ms: number): number =>
      partTargetOf(liveAt(ms, { periods: [first, from] }).state, 'video', 500);
    expect([targetAt(5000), targetAt(9000)]).toEqual([533, 540]);
  });
});

describe('the part hold back', () => {
  test.each([200, 250, 400, 500, 1000])(
    'of %d ms parts is at least twice the longest part of any playlist',
    (partMs) => {
      for (const frameRate of frameRates) {
        const headers = new Map([
          ['720p', video(720, frameRate)],
          ['audio', audio(44_100)],
        ]);
        const { state } = liveAt(6000, { partMs, periods: [{ fromNumber: 0, initName: 'i.mp4', headers }] });
        const longest = Math.max(partTargetOf(state, 'video', partMs), partTargetOf(state, 'audio', partMs));
        expect(partHoldBackMs(state, partMs)).toBeGreaterThanOrEqual(2 * longest);
      }
    },
  );

  test('is longer where pictures come seldom, and parts with them', () => {
    const headers = new Map([['720p', video(720, 1)]]);
    const { state } = liveAt(6000, { partMs: 250, periods: [{ fromNumber: 0, initName: 'i.mp4', headers }] });
    expect(partTargetOf(state, 'video', 250)).toBe(270);
    expect(partHoldBackMs(state, 250)).toBe(1625);
  });

  test('is two and a half parts by default', () => {
    expect(partHoldBackMs(liveAt(6000).state, 500)).toBe(1250);
  });
});
