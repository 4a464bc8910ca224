import { describe, expect, test } from '@jest/globals';
import {
  measureRates,
  ratesMark,
  readRatesMark,
} from '../../../../lib/encoder/publication/policy/measured-rates.ts';

const lasting = (seconds: number, bps: number) => ({ seconds, bits: bps * seconds });

describe('The measured rates', () => {
  test('are the peak of the fastest segment and the average of all', () => {
    expect(measureRates([lasting(2, 1000), lasting(2, 3000), lasting(2, 2000)])).toEqual({
      peakBps: 3000,
      averageBps: 2000,
    });
  });

  test('count a short last segment together with the one before it', () => {
    // One key frame of 0.1 s: by itself 20 times as fast as the rest.
    const rates = measureRates([lasting(2, 1000), lasting(2, 1000), lasting(0.1, 20_000)])!;
    expect(rates.peakBps).toBeCloseTo(4000 / 2.1);
    expect(rates.averageBps).toBeCloseTo(6000 / 4.1);
  });

  test('do not count segments as consecutive that have a missing one between them', () => {
    expect(measureRates([lasting(2, 1000), undefined, lasting(0.1, 20_000)])?.peakBps).toBeLessThan(2000);
  });

  test('are unknown if no segment is', () => {
    expect(measureRates([])).toBeUndefined();
    expect(measureRates([undefined])).toBeUndefined();
  });

  test('can be read from the playlist that carries them', () => {
    const rates = { peakBps: 2_500_000, averageBps: 1_200_000 };
    expect(readRatesMark(`#EXTM3U\n${ratesMark(rates)}# epoch 3\n`)).toEqual(rates);
    expect(readRatesMark('#EXTM3U\n# epoch 3\n')).toBeUndefined();
  });
});
