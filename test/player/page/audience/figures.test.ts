import { expect, test } from '@jest/globals';
import {
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
