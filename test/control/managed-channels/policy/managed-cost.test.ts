import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { defaultLadder, type LadderConfig } from '../../../../lib/config/ladder.ts';
import {
  channelCost,
  costEstimate,
  sizeClass,
} from '../../../../lib/control/managed-channels/policy/managed-cost.ts';

const rung = (longSide: number, shortSide: number, maxFrameRate: 30 | 60 = 30) => ({
  id: `${shortSide}p`,
  longSide,
  shortSide,
  videoBps: 1_000_000,
  highRateVideoBps: 2_000_000,
  maxFrameRate,
});

/** AWS's example of a 1080p channel with six renditions. */
const example: LadderConfig = {
  rungs: [rung(1920, 1080), rung(1280, 720), rung(960, 540), rung(768, 432), rung(640, 360), rung(512, 288)],
  audioBps: 128_000,
};

describe('the estimate', () => {
  test('comes to what AWS says of a 1080p channel with six renditions, sound left out', () => {
    const { parts } = costEstimate('medialive', example, { channelClass: 'SINGLE_PIPELINE' });
    const pictures = parts.filter(({ what }) => /^MediaLive (input|output \d)/.test(what));
    expect(pictures).toHaveLength(7);
    expect(pictures.reduce((total, { perHourUsd }) => total + perHourUsd, 0)).toBeCloseTo(3.11, 2);
  });

  test('of the fleet is the stream-hour of docs/deploy.md', () => {
    expect(costEstimate('fleet', defaultLadder).perHourUsd).toBeCloseTo(0.42, 2);
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

  test('rises with a second pipeline, with the frame rate and with the size', () => {
    const of = (ladder: LadderConfig, options = {}) => costEstimate('medialive', ladder, options).perHourUsd;
    expect(of(defaultLadder)).toBeGreaterThan(1.5 * of(defaultLadder, { channelClass: 'SINGLE_PIPELINE' }));
    expect(of(defaultLadder, { frameRate: 60 })).toBeGreaterThan(of(defaultLadder));
    const uhd = { ...defaultLadder, rungs: [rung(3840, 2160), ...defaultLadder.rungs] };
    expect(of(uhd)).toBeGreaterThan(of(defaultLadder) + 2);
  });

  test('takes a rung of 30 frames a second for that, however many come in', () => {
    const slow = { rungs: [rung(640, 360, 30)], audioBps: 128_000 };
    expect(costEstimate('medialive', slow, { frameRate: 60 })).toEqual(costEstimate('medialive', slow));
  });
});

test('the table in docs/deploy.md matches the function', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../../../docs/deploy.md'), 'utf8');
  const section = guide.slice(guide.indexOf('### Fleet or MediaLive'));
  const rowOf = (item: string): number[] => {
    const row = section.split('\n').find((line) => line.startsWith(`| ${item} |`)) ?? '';
    return [...row.matchAll(/\d+\.\d+/g)].map(([figure]) => Number(figure));
  };
  const tiers = [
    costEstimate('fleet', defaultLadder),
    costEstimate('medialive', defaultLadder, { channelClass: 'SINGLE_PIPELINE' }),
    costEstimate('medialive', defaultLadder),
  ];
  const of = (part: RegExp) =>
    tiers.map(({ parts }) =>
      parts.filter(({ what }) => part.test(what)).reduce((total, { perHourUsd }) => total + perHourUsd, 0),
    );
  const near = (figures: readonly number[], places: number) =>
    figures.map((figure) => Number(figure.toFixed(places)));
  expect(rowOf('Encoding')).toEqual(near(of(/^(Encoding|MediaLive)/), 3));
  expect(rowOf('S3 writes')).toEqual(near(of(/^S3 writes \([\d,]+\)$/), 3));
  expect(rowOf('Recording, 30 days')).toEqual(near(of(/^Recording/), 3));
  expect(rowOf('RTMP to the channel')).toEqual(near(of(/^RTMP/), 3).slice(1));
  expect(rowOf('Ingest, S3 reads, DynamoDB')).toEqual(
    near(of(/^S3 reads|Cross-zone|Accelerator|balancer|DynamoDB/), 3),
  );
  expect(rowOf('**Total**')).toEqual(
    near(
      tiers.map(({ perHourUsd }) => perHourUsd),
      2,
    ),
  );
  expect(rowOf('Two-hour event')).toEqual(
    near(
      tiers.map(({ perHourUsd }) => 2 * perHourUsd),
      2,
    ),
  );
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
