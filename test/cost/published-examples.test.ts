import { describe, expect, test } from '@jest/globals';
import type { LadderConfig, Rung } from '../../lib/config/ladder.ts';
import { type ChannelOptions, channelParts } from '../../lib/cost/medialive.ts';
import { gbPerHour, pricesOf } from '../../lib/cost/prices.ts';
import { egressUsd } from '../../lib/cost/viewer-cost.ts';

const rung = (longSide: number, shortSide: number, videoBps: number): Rung => ({
  id: `${shortSide}p`,
  longSide,
  shortSide,
  videoBps,
  highRateVideoBps: videoBps,
  maxFrameRate: 60,
});
const sd = [
  rung(960, 540, 1_800_000),
  rung(768, 432, 1_200_000),
  rung(640, 360, 800_000),
  rung(512, 288, 400_000),
];
const hd = [rung(1920, 1080, 4_100_000), rung(1280, 720, 2_700_000), ...sd];

/** Input and video, as the examples count them. */
function channelUsd(rungs: readonly Rung[], options: ChannelOptions = {}): number {
  const ladder: LadderConfig = { rungs, audioBps: 128_000 };
  return channelParts(ladder, options)
    .filter(({ what }) => !what.endsWith('audio'))
    .reduce((total, { perHourUsd }) => total + perHourUsd, 0);
}

const deliveryUsd = (viewers: number, hours: number, bps: number): number =>
  egressUsd(pricesOf('us-east-1').viewers, viewers * hours * gbPerHour(bps));

/** Within a share of what is expected. */
function expectWithin(share: number, actual: number, expected: number): void {
  expect({ expected, off: Math.abs(actual / expected - 1) <= share ? 0 : actual }).toEqual({
    expected,
    off: 0,
  });
}

/**
 * The cost section of AWS's guide "Live Streaming on AWS" (us-east-1, viewers watch the highest bit rate, no requests, no free tier):
 *
 * | example | MediaLive | MediaPackage | CloudFront | total |
 * |---|---|---|---|---|
 * | 1,000 viewers × 1 h, 540p at 1.8 Mb/s | 1.99 | 0.11 + 0.40 | 791 GB: 67.24 | 69.74 |
 * | 10,000 × 1 h, 1080p at 4.1 Mb/s | 3.75 | 0.28 + 9.01 | 18,017 GB: 1,492.56 | 1,505.60 |
 * | 100 × 200 h, the same | 750.00 | 58.01 + 96.68 | 36,035 GB: 2,934.00 | 3,838.69 |
 *
 * MediaPackage is not ours: S3 and the workers do its part. Its MediaLive rows (input 0.234, SD 0.438, HD 0.882) are, at the prices of
 * 2026, those of outputs above 30 frames a second with two pipelines; up to 30 they are 0.354 and 0.702.
 */
const examples = [
  {
    name: '1,000 viewers for an hour, SD',
    viewers: 1_000,
    hours: 1,
    rungs: sd,
    mediaLive: 1.99,
    cloudFront: 67.24,
    packaging: 0.51,
    total: 69.74,
  },
  {
    name: '10,000 viewers for an hour, HD',
    viewers: 10_000,
    hours: 1,
    rungs: hd,
    mediaLive: 3.75,
    cloudFront: 1_492.56,
    packaging: 9.29,
    total: 1_505.6,
  },
  {
    name: '100 viewers for 200 hours, HD',
    viewers: 100,
    hours: 200,
    rungs: hd,
    mediaLive: 750,
    cloudFront: 2_934,
    packaging: 154.69,
    total: 3_838.69,
  },
] as const;

describe.each(examples)(
  'AWS’s example of $name',
  ({ viewers, hours, rungs, mediaLive, cloudFront, packaging, total }) => {
    const egress = deliveryUsd(viewers, hours, rungs[0]?.videoBps ?? 0);
    const channel = hours * channelUsd(rungs, { frameRate: 60 });

    test('adds up', () => {
      expect(mediaLive + cloudFront + packaging).toBeCloseTo(total, 1);
    });

    // Their GB is 1,024 MB of 10⁶ bytes, ours 10⁹ bytes.
    test('costs the same for CloudFront, within 3 %', () => {
      expectWithin(0.03, egress, cloudFront);
    });

    test('costs the same for MediaLive, within 1 %', () => {
      expectWithin(0.01, channel, mediaLive);
    });

    test('costs the same in all, with AWS’s own packaging, within 3 %', () => {
      expectWithin(0.03, egress + channel + packaging, total);
    });
  },
);

/** The same guide's newer sister, "Live Streaming on AWS with Amazon S3": input of 10 to 20 Mb/s, up to 30 frames a second. */
describe('AWS’s examples with S3', () => {
  test.each([
    { what: 'SD', rungs: sd, usd: 1.71 },
    { what: 'HD', rungs: hd, usd: 3.11 },
  ])('the $what channel costs the same to the cent', ({ rungs, usd }) => {
    expect(channelUsd(rungs, { inputBps: 15_000_000 })).toBeCloseTo(usd, 2);
  });
});

describe('a month’s traffic', () => {
  const { viewers } = pricesOf('us-east-1');

  test.each([
    ['10 TB', 10_240, 870.4],
    ['50 TB', 51_200, 870.4 + 3_276.8],
    ['150 TB', 153_600, 870.4 + 3_276.8 + 6_144],
    ['500 TB', 512_000, 870.4 + 3_276.8 + 6_144 + 14_336],
  ])('%s of it are tiered', (_, gb, usd) => {
    expect(egressUsd(viewers, gb)).toBeCloseTo(usd, 4);
  });

  test('costs the same in two parts as at once', () => {
    for (const first of [0, 5_000, 10_240, 400_000, 9_000_000]) {
      const rest = 10_000_000 - first;
      expect(egressUsd(viewers, first) + egressUsd(viewers, rest, first)).toBeCloseTo(
        egressUsd(viewers, 10_000_000),
        4,
      );
    }
  });

  test('costs 0.02 per GB beyond 5 PB', () => {
    expect(egressUsd(viewers, 1_000, 6_000_000)).toBeCloseTo(20, 6);
  });
});
