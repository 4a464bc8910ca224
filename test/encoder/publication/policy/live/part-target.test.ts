import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  partHoldBackMs,
  partTargetMs,
  partTargetOf,
} from '../../../../../lib/encoder/publication/policy/live/part-target.ts';
import { audio, liveAt, video } from './live-broadcast.ts';

const frameRates = [24_000 / 1001, 24, 25, 30_000 / 1001, 30, 48, 50, 60_000 / 1001, 60];

describe('the part target', () => {
  test.each([
    ['pictures at 30 per second', 1000 / 30, 533],
    ['pictures at 25 per second', 40, 540],
    ['pictures at 15 per second, of which a part has 7 or 8', 1000 / 15, 547],
    ['sound at 48 kHz', 1024 / 48, 521],
  ])(
    'of half a second is, for %s, a frame longer or what the shortest part allows',
    (_, frameMs, targetMs) => {
      expect(partTargetMs(500, frameMs)).toBe(targetMs);
    },
  );

  test('holds for each part of evenly spaced frames, and no such part is shorter than 85 % of it', () => {
    const anyRate = fc.constantFrom(...frameRates);
    const anyPart = fc.constantFrom(400, 500, 1000);
    fc.assert(
      fc.property(anyRate, anyPart, fc.integer({ min: 0, max: 10_000 }), (frameRate, partMs, at) => {
        const frameMs = 1000 / frameRate;
        const target = partTargetMs(partMs, frameMs);
        const firstFrom = (ms: number): number => Math.round(Math.ceil(ms / frameMs - 1e-9) * frameMs);
        const durationMs = firstFrom((at + 1) * partMs) - firstFrom(at * partMs);
        expect(durationMs).toBeLessThanOrEqual(target);
        expect(durationMs).toBeGreaterThanOrEqual(0.85 * target);
      }),
      { numRuns: 2000 },
    );
  });

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

  test('is two and a half parts by default', () => {
    expect(partHoldBackMs(liveAt(6000).state, 500)).toBe(1250);
  });
});
