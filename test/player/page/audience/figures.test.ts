import { expect, test } from '@jest/globals';
import {
  audienceWords,
  chartArea,
  ratioWords,
  viewersNow,
  watchTimeWords,
} from '../../../../lib/player/page/audience/figures.ts';

test.each([
  [0, '0 min'],
  [45_000, '1 min'],
  [89 * 60_000, '89 min'],
  [5_400_000, '1.5 h'],
  [360_000_000, '100 h'],
])('%s ms are %s', (ms, words) => {
  expect(watchTimeWords(ms)).toBe(words);
});

test.each([
  [0, '0.0 %'],
  [0.0001, 'below 0.1 %'],
  [0.0042, '0.4 %'],
  [1, '100.0 %'],
])('a share of %s is %s', (ratio, words) => {
  expect(ratioWords(ratio)).toBe(words);
});

test.each([
  [0, '0 viewers'],
  [1, '1 viewer'],
  [12, '12 viewers'],
])('%s watching are %s', (viewers, words) => {
  expect(viewersNow(viewers)).toBe(words);
});

test('the chart rises to its top where most watched, and is flat where nobody did', () => {
  const size = { width: 100, height: 10 };
  expect(chartArea([{ viewers: 0 }, { viewers: 4 }, { viewers: 2 }], size)).toBe(
    'M0 10 L0 10 L50 0 L100 5 L100 10 Z',
  );
  expect(chartArea([{ viewers: 0 }], size)).toBe('M0 10 L0 10 L100 10 Z');
});

test('how a broadcast was watched is one line, as far as players have said', () => {
  const audience = {
    peak: 1,
    plays: 3,
    watchTimeMs: 86_400_000,
    startupMs: { p50: 640, p95: 1_900 },
    rebufferRatio: 0.004,
  };
  expect(audienceWords(audience)).toBe(
    '1 viewer at most · 24 h watched · 0.64 s to start · 0.4 % rebuffering',
  );
  expect(audienceWords({ peak: 131, plays: 3, watchTimeMs: 60_000 })).toBe(
    '131 viewers at most · 1 min watched',
  );
});
