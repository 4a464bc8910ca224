import { describe, expect, test } from '@jest/globals';
import type { HealthSample, HealthSeriesRecord } from '../../../lib/control-store/health/health-record.ts';
import {
  addSample,
  healthStepMs,
  latestSamples,
  recentSamples,
  type SeriesKind,
  samplesOf,
  storedSeries,
  wholeSamples,
} from '../../../lib/control-store/health/health-series.ts';
import { newBroadcastId } from '../../../lib/routing/ids.ts';

const startMs = 1_790_000_000_000;
const sample = (step: number, change: Partial<HealthSample> = {}): HealthSample => ({
  atMs: startMs + step * healthStepMs,
  videoBps: 4_000_000,
  audioBps: 160_000,
  frameRate: 29.9,
  lostPictures: 0,
  gapMs: 41,
  keyFrameIntervalMs: 2_000,
  avOffsetMs: -12,
  encoderSpeed: 1.01,
  ...change,
});

function seriesOf(samples: readonly HealthSample[], kind: SeriesKind): HealthSeriesRecord {
  return samples.reduce<HealthSeriesRecord | undefined>((all, one) => addSample(all, one, kind), undefined)!;
}
const steps = (count: number, change: (step: number) => Partial<HealthSample> = () => ({})): HealthSample[] =>
  Array.from({ length: count }, (_, step) => sample(step, change(step)));

describe('a sample', () => {
  test('is read as it was written, to a thousand bits and a tenth of a picture', () => {
    expect(samplesOf(seriesOf([sample(0)], 'recent'))).toEqual([sample(0)]);
  });

  test('that lacks something lacks it when it is read', () => {
    const lacking = sample(0, {
      keyFrameIntervalMs: undefined,
      avOffsetMs: undefined,
      encoderSpeed: undefined,
    });
    expect(samplesOf(seriesOf([lacking], 'whole'))).toEqual([lacking]);
  });

  test('has its place although the timer is a little early or late', () => {
    const jittery = steps(50).map((one, index) => ({ ...one, atMs: one.atMs + (index % 3) * 90 - 80 }));
    const times = samplesOf(seriesOf(jittery, 'recent')).map(({ atMs }) => atMs);
    expect(new Set(times.map((ms, index) => ms - (times[index - 1] ?? ms - healthStepMs)))).toEqual(
      new Set([healthStepMs]),
    );
  });

  test('of a clock that was set back joins the last one', () => {
    const two = seriesOf([sample(10), sample(3, { lostPictures: 4 })], 'recent');
    expect(samplesOf(two)).toEqual([sample(10, { lostPictures: 4 })]);
  });
});

describe('the recent series', () => {
  test('has ten minutes, and what is missing in them is left out', () => {
    const all = steps(300).filter((_, step) => step < 250 || step >= 260);
    const kept = samplesOf(seriesOf(all, 'recent'));
    expect(kept).toHaveLength(recentSamples - 10);
    expect(kept.at(-1)).toEqual(sample(299));
    expect(kept[0]).toEqual(sample(300 - recentSamples));
  });

  test('is small enough for each write of the latest ones to cost one unit', () => {
    const text = (kind: SeriesKind) => JSON.stringify(seriesOf(steps(3_000), kind)).length;
    expect(seriesOf(steps(300), 'latest').rows).toHaveLength(latestSamples);
    expect(text('latest')).toBeLessThan(900);
    expect(text('recent') + text('whole')).toBeLessThan(16_000);
  });
});

describe('the series of a whole broadcast', () => {
  test('of 20 minutes has every step', () => {
    expect(seriesOf(steps(wholeSamples), 'whole')).toMatchObject({ stepMs: healthStepMs });
    expect(samplesOf(seriesOf(steps(wholeSamples), 'whole'))).toEqual(steps(wholeSamples));
  });

  test.each([1, 24, 24 * 30])(
    'of %i hours has at most 240 points, and still begins where it began',
    (hours) => {
      const count = (hours * 3_600_000) / healthStepMs;
      const { stepMs, rows } = seriesOf(steps(count), 'whole');
      expect(rows.length).toBeLessThanOrEqual(wholeSamples);
      expect(rows.length).toBeGreaterThanOrEqual(wholeSamples / 2);
      expect(rows.length * stepMs).toBeGreaterThanOrEqual(count * healthStepMs);
      expect(rows[0]![0]).toBe(0);
    },
  );

  test('keeps what was lost and the worst, and averages the rest by its time', () => {
    const all = steps(1_000, (step) => ({
      videoBps: step < 500 ? 2_000_000 : 6_000_000,
      lostPictures: 1,
      gapMs: step === 777 ? 5_000 : 40,
    }));
    const points = samplesOf(seriesOf(all, 'whole'));
    expect(points.reduce((sum, { lostPictures }) => sum + lostPictures, 0)).toBe(1_000);
    expect(Math.max(...points.map(({ gapMs }) => gapMs))).toBe(5_000);
    expect(points[0]).toMatchObject({ videoBps: 2_000_000, encoderSpeed: 1.01, avOffsetMs: -12 });
    expect(points.at(-1)).toMatchObject({ videoBps: 6_000_000 });
  });

  test('has no points of an hour off the air', () => {
    const all = [...steps(100), sample(100 + 720)];
    expect(samplesOf(seriesOf(all, 'whole'))).toHaveLength(101);
  });
});

describe('what is stored', () => {
  const broadcastId = newBroadcastId(1);
  const now = (samples: readonly HealthSample[]) => ({
    broadcastId,
    epoch: 1,
    verdict: 'excellent' as const,
    sinceMs: startMs,
    reasons: [],
    told: 'excellent' as const,
    latest: seriesOf(samples, 'latest'),
  });
  const past = (samples: readonly HealthSample[]) => ({
    broadcastId,
    epoch: 1,
    throughMs: samples.at(-1)!.atMs,
    recent: seriesOf(samples, 'recent'),
    whole: seriesOf(samples, 'whole'),
  });

  test('is one series, whichever of the two documents has a sample', () => {
    const all = steps(70);
    for (const kind of ['recent', 'whole'] as const) {
      const whole = seriesOf(all, kind);
      expect(storedSeries(now(all), past(all.slice(0, 60)), kind)).toEqual(whole);
      expect(storedSeries(now(all.slice(0, 65)), past(all), kind)).toEqual(whole);
    }
    expect(samplesOf(storedSeries(now(all.slice(0, 9)), undefined, 'whole')!)).toEqual(all.slice(0, 9));
    expect(storedSeries(undefined, undefined, 'recent')).toBeUndefined();
  });
});
