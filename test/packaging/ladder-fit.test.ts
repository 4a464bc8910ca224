import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { defaultLadder, readLadder } from '../../lib/config/ladder.ts';
import { fitLadder, withoutTopRung } from '../../lib/packaging/ladder-fit.ts';

const picture = fc.record({
  width: fc.integer({ min: 16, max: 4096 }),
  height: fc.integer({ min: 16, max: 4096 }),
  frameRate: fc.double({ min: 1, max: 240, noNaN: true }),
});
const sizes = (width: number, height: number, frameRate = 30) =>
  fitLadder({ width, height, frameRate }).video.map((each) => `${each.id} ${each.width}x${each.height}`);

describe('The ladder', () => {
  test('never scales up, keeps the shape, has even sides and falls in size and rate, for any input', () => {
    fc.assert(
      fc.property(picture, (input) => {
        const { video } = fitLadder(input);
        expect(video.length).toBeGreaterThan(0);
        for (const [index, rung] of video.entries()) {
          expect(rung.width % 2).toBe(0);
          expect(rung.height % 2).toBe(0);
          expect(rung.width).toBeLessThanOrEqual(Math.max(2, input.width));
          expect(rung.height).toBeLessThanOrEqual(Math.max(2, input.height));
          expect(Math.abs(rung.width * input.height - rung.height * input.width)).toBeLessThanOrEqual(
            2 * Math.max(input.width, input.height) + 4,
          );
          expect(rung.frameRate).toBeCloseTo(input.frameRate / rung.pictureStep);
          expect(rung.frameRate).toBeLessThanOrEqual(60.5);
          const above = video[index - 1];
          if (!above) continue;
          expect(rung.width * rung.height).toBeLessThan(above.width * above.height);
          expect(rung.bitrateBps).toBeLessThan(above.bitrateBps);
          // The next one is made from this one's pictures.
          expect(rung.pictureStep % above.pictureStep).toBe(0);
        }
      }),
    );
  });

  test('has the usual sizes for the usual inputs', () => {
    expect(sizes(1920, 1080)).toEqual(['1080p 1920x1080', '720p 1280x720', '480p 854x480', '360p 640x360']);
    expect(sizes(1280, 720)).toEqual(['720p 1280x720', '480p 854x480', '360p 640x360']);
    expect(sizes(1080, 1920)[0]).toBe('1080p 1080x1920');
    expect(sizes(3840, 2160)[0]).toBe('1080p 1920x1080');
    expect(sizes(1920, 800)[0]).toBe('1080p 1920x800');
    expect(sizes(640, 480)).toEqual(['480p 640x480', '360p 480x360']);
    expect(sizes(320, 241)).toEqual(['241p 320x240']);
  });

  test('keeps the size of an input that just misses a rung, on top of the rungs below it', () => {
    expect(sizes(853, 479)).toEqual(['479p 852x478', '360p 640x360']);
    expect(sizes(479, 853)).toEqual(['479p 478x852', '360p 360x640']);
    expect(sizes(1918, 1078)).toEqual(['1078p 1918x1078', '720p 1280x720', '480p 854x480', '360p 640x360']);
    expect(sizes(1600, 900)[0]).toBe('900p 1600x900');
    expect(sizes(960, 540)).toEqual(['540p 960x540', '480p 854x480', '360p 640x360']);
    // Too close to the rung below to be worth another encoding.
    expect(sizes(1366, 768)[0]).toBe('720p 1280x720');
    expect(sizes(680, 382)).toEqual(['360p 640x360']);
    // Nothing is larger than the largest rung.
    expect(sizes(2560, 1440)[0]).toBe('1080p 1920x1080');
  });

  test('names an own size unlike any rung', () => {
    expect(sizes(1270, 480)).toEqual(['1270x480 1270x480', '480p 854x322', '360p 640x242']);
    fc.assert(
      fc.property(picture, (input) => {
        const ids = fitLadder(input).video.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const id of ids) expect(id).toMatch(/^[0-9a-z]{1,16}$/);
      }),
    );
  });

  test('gives an own size a rate between those of the rungs around it', () => {
    const rate = (width: number, height: number, frameRate = 30) =>
      fitLadder({ width, height, frameRate }).video[0]!.bitrateBps;
    expect(rate(853, 479)).toBeGreaterThan(1_090_000);
    expect(rate(853, 479)).toBeLessThan(1_100_000);
    expect(rate(960, 540)).toBeGreaterThan(1_100_000);
    expect(rate(1260, 708)).toBeLessThan(2_500_000);
    expect(rate(1260, 708, 60)).toBeGreaterThan(3_000_000);
    expect(rate(320, 180)).toBe(150_000);
    expect(rate(16, 16)).toBe(100_000);
  });

  test('keeps 50 and 60 pictures a second on the upper rungs and halves them below', () => {
    const rates = (frameRate: number) =>
      fitLadder({ width: 1920, height: 1080, frameRate }).video.map((rung) => rung.frameRate);
    expect(rates(60)).toEqual([60, 60, 30, 30]);
    expect(rates(50)).toEqual([50, 50, 25, 25]);
    expect(rates(30_000 / 1001)).toEqual(Array(4).fill(30_000 / 1001));
    expect(rates(24)).toEqual([24, 24, 24, 24]);
  });

  test('gives up its top rung, but not its last one', () => {
    const ladder = fitLadder({ width: 640, height: 480, frameRate: 30 });
    const less = withoutTopRung(ladder);
    expect(less?.video.map(({ id }) => id)).toEqual(['360p']);
    expect(withoutTopRung(less!)).toBeUndefined();
  });

  test('is read from JSON, and nothing else is taken for one', () => {
    expect(readLadder(JSON.stringify(defaultLadder))).toEqual(defaultLadder);
    expect(() => readLadder('{"rungs":[],"audioBps":128000}')).toThrow();
  });
});
