import { describe, expect, test } from '@jest/globals';
import { defaultLadder, type LadderConfig } from '../../lib/config/ladder.ts';
import { channelCost, sizeClass } from '../../lib/cost/medialive.ts';
import { costEstimate } from '../../lib/cost/stream-cost.ts';

const rung = (longSide: number, shortSide: number, maxFrameRate: 30 | 60 = 30) => ({
  id: `${shortSide}p`,
  longSide,
  shortSide,
  videoBps: 1_000_000,
  highRateVideoBps: 2_000_000,
  maxFrameRate,
});

describe('the estimate', () => {
  test('without live origins has no traffic of theirs, but a playlist for each segment', () => {
    const of = (live: boolean) => {
      const { parts } = costEstimate('fleet', defaultLadder, { live });
      return parts.map(({ what }) => what).filter((what) => /^(S3 writes|Live origin)/.test(what));
    };
    expect(of(true)).toEqual(['S3 writes (11,520)', 'Live origin']);
    expect(of(false)).toEqual(['S3 writes (21,600)']);
  });

  test('of the fleet is the stream-hour of docs/deploy.md', () => {
    expect(costEstimate('fleet', defaultLadder).perHourUsd).toBeCloseTo(0.5, 2);
  });

  test.each(['fleet', 'medialive'] as const)('of %s is the sum of its parts', (encoder) => {
    const { parts, perHourUsd } = costEstimate(encoder, defaultLadder, { frameRate: 60 });
    expect(parts.reduce((total, part) => total + part.perHourUsd, 0)).toBeCloseTo(perHourUsd, 6);
    expect(parts.every((part) => part.perHourUsd > 0)).toBe(true);
  });

  test('says of which place and time the prices are, and that they must be checked', () => {
    for (const encoder of ['fleet', 'medialive'] as const) {
      expect(costEstimate(encoder, defaultLadder).note).toMatch(/us-east-1.*2026.*check them/);
    }
  });

  test('is of the region’s prices, and says whose they are where its own are not known', () => {
    const of = (region: string) => costEstimate('fleet', defaultLadder, { region });
    expect(of('eu-central-1').perHourUsd).toBeCloseTo(0.525, 2);
    expect(of('eu-central-1').note).toMatch(/public eu-central-1 prices as/);
    expect(of('eu-west-3')).toMatchObject({
      perHourUsd: of('eu-central-1').perHourUsd,
      note: expect.stringMatching(/public eu-central-1 prices \(those of eu-west-3 are not known/),
    });
    expect(of('ap-south-1').perHourUsd).toBe(of('us-east-1').perHourUsd);
  });

  test('rises with a second pipeline, with the frame rate and with the size', () => {
    const of = (ladder: LadderConfig, options = {}) => costEstimate('medialive', ladder, options).perHourUsd;
    expect(of(defaultLadder)).toBeGreaterThan(1.5 * of(defaultLadder, { channelClass: 'SINGLE_PIPELINE' }));
    expect(of(defaultLadder, { frameRate: 60 })).toBeGreaterThan(of(defaultLadder));
    const uhd = { ...defaultLadder, rungs: [rung(3840, 2160), ...defaultLadder.rungs] };
    expect(of(uhd)).toBeGreaterThan(of(defaultLadder) + 1.5);
  });

  test('takes a rung of 30 frames a second for that, however many come in', () => {
    const slow = { rungs: [rung(640, 360, 30)], audioBps: 128_000 };
    expect(costEstimate('medialive', slow, { frameRate: 60 })).toEqual(costEstimate('medialive', slow));
  });
});

describe('what a channel cost', () => {
  const hourly = channelCost(defaultLadder, { ranMs: 3_600_000 });

  test('is nothing where it never ran, and ten minutes at least where it did', () => {
    expect(channelCost(defaultLadder, { ranMs: 0 })).toBe(0);
    expect(channelCost(defaultLadder, { ranMs: 1_000 })).toBeCloseTo(hourly / 6, 2);
    expect(channelCost(defaultLadder, { ranMs: 599_000 })).toBeCloseTo(hourly / 6, 2);
  });

  test('rises minute by minute after that', () => {
    expect(channelCost(defaultLadder, { ranMs: 1_790_000 })).toBeCloseTo(hourly / 2, 2);
  });

  test('is little while it stands idle', () => {
    expect(channelCost(defaultLadder, { ranMs: 0, idleMs: 36_000_000 })).toBeCloseTo(0.2, 3);
  });
});

test.each([
  [960, 540, 'SD'],
  [1280, 720, 'HD'],
  [1920, 1080, 'HD'],
  [2560, 1440, 'UHD'],
  [3840, 2160, 'UHD'],
])('%i×%i is %s in the price list', (longSide, shortSide, expected) => {
  expect(sizeClass({ longSide, shortSide })).toBe(expected);
});
