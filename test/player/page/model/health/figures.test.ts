import { describe, expect, test } from '@jest/globals';
import type { HealthSample } from '../../../../../lib/player/page/api/types.ts';
import {
  type Figure,
  figures,
  figureText,
  graphWords,
  pointsOf,
  scaleOf,
} from '../../../../../lib/player/page/model/health/figures.ts';

const named = (label: string): Figure => {
  const found = figures.find((figure) => figure.label === label);
  if (!found) throw new Error(`no figure ${label}`);
  return found;
};

const startMs = Date.parse('2026-11-22T18:00:00.000Z');
const sampleAt = (seconds: number, change: Partial<HealthSample> = {}): HealthSample => ({
  at: new Date(startMs + seconds * 1000).toISOString(),
  videoBps: 4_000_000,
  audioBps: 160_000,
  frameRate: 29.97,
  keyFrameIntervalMs: 2_000,
  lostPictures: 0,
  avOffsetMs: -12,
  encoderSpeed: 1.02,
  gapMs: 40,
  ...change,
});

test('each figure has its unit, and a dash where it is not measured', () => {
  const whole = sampleAt(0);
  expect(figures.map((figure) => figureText(figure, whole))).toEqual([
    '4.2 Mb/s',
    '29.97 fps',
    '2 s',
    '0',
    '12 ms, sound earlier',
    '1.02×',
  ]);
  const { keyFrameIntervalMs: _, ...without } = whole;
  expect(figureText(named('Key frame interval'), without)).toBe('–');
  expect(figures.map((figure) => figureText(figure, undefined))).toEqual(figures.map(() => '–'));
});

describe('a graph', () => {
  const rate = named('Frame rate');

  test('is broken where no encoder was there', () => {
    const samples = [0, 5, 10, 60, 65].map((seconds) => sampleAt(seconds, { frameRate: seconds }));
    const [times, values] = pointsOf(samples, 5_000, rate);
    expect(values).toEqual([0, 5, 10, null, 60, 65]);
    expect(times.map((at) => at - startMs / 1000)).toEqual([0, 5, 10, 15, 60, 65]);
  });

  test('covers more than its values, so that noise does not look like trouble', () => {
    expect(scaleOf(rate, [29, 31])).toEqual([0, 1.15 * 31]);
    expect(scaleOf(rate, [2, null])).toEqual([0, 30]);
    expect(scaleOf(named('A/V offset'), [-400, 20])).toEqual([-400, 100]);
    expect(scaleOf(rate, [])).toEqual([0, 30]);
  });

  test('is a sentence, too', () => {
    expect(graphWords(rate, [25, null, 30])).toBe('Frame rate: from 25 fps to 30 fps');
    expect(graphWords(rate, [30, 30])).toBe('Frame rate: always 30 fps');
    expect(graphWords(rate, [null])).toBe('Frame rate: not measured yet');
  });
});
