import { describe, expect, test } from '@jest/globals';
import { Cadence } from '../../../../../lib/encoder/encoding/policy/segmenting/cadence.ts';

/** What a cadence foresees after each of these times, in whole ms. */
function foreseen(times: readonly number[]): (number | undefined)[] {
  const cadence = new Cadence();
  return times.map((ms) => {
    cadence.push(ms);
    const pace = cadence.pace;
    return pace && Math.round(pace.lastMs + pace.distanceMs);
  });
}

const timesAt = (rate: number, round: (ms: number) => number): number[] =>
  Array.from({ length: 200 }, (_, at) => round((at * 1000) / rate));

describe('A cadence', () => {
  test.each([
    ['rounded', Math.round],
    ['cut', Math.floor],
  ])('foresees the next picture to the millisecond from %s timestamps', (_, round) => {
    for (const rate of [10, 15, 24, 25, 30, 50, 60]) {
      const times = timesAt(rate, round);
      const told = foreseen(times);
      expect(told.slice(0, 8)).toEqual(Array(8).fill(undefined));
      for (const [at, nextMs] of told.entries()) {
        if (at < 16 || at + 1 === times.length) continue;
        expect(Math.abs(nextMs! - times[at + 1]!)).toBeLessThanOrEqual(
          rate % 10 === 5 || rate === 50 ? 0 : 1,
        );
      }
    }
  });

  test('says nothing of pictures that come seldom or irregularly, and begins anew after a lost one', () => {
    expect(foreseen(timesAt(2, Math.round)).every((ms) => ms === undefined)).toBe(true);
    const irregular = Array.from({ length: 60 }, (_, at) => at * 40 + (at % 3) * 12);
    expect(foreseen(irregular).every((ms) => ms === undefined)).toBe(true);
    const lost = timesAt(25, Math.round).filter((_, at) => at !== 20);
    expect(
      foreseen(lost)
        .slice(19, 30)
        .map((ms) => ms !== undefined),
    ).toEqual([true, ...Array(8).fill(false), true, true]);
  });

  test('tells how far from the line jittery pictures are, and of rounding nothing', () => {
    const steady = new Cadence();
    const jittery = new Cadence();
    for (let at = 0; at < 20; at++) {
      steady.push(Math.round((at * 1000) / 30));
      jittery.push(at * 40 + (at % 2) * 3);
    }
    expect(steady.pace?.jitterMs).toBe(0);
    expect(jittery.pace?.jitterMs).toBeGreaterThan(1);
    expect(jittery.pace?.jitterMs).toBeLessThan(3);
  });
});
