import { describe, expect, test } from '@jest/globals';
import { LagWatch } from '../../../../../lib/encoder/encoding/policy/ladder/shedding.ts';

describe('The lag watch', () => {
  const watch = (lagAt: (now: number) => number): number | undefined => {
    const lag = new LagWatch(0);
    for (let now = 0; now < 60_000; now += 100) if (lag.observe(lagAt(now), now) === 'shed') return now;
    return undefined;
  };

  test('sheds when the lag stays above three seconds', () => {
    expect(watch((now) => now / 2)).toBeLessThan(15_000);
  });

  test('does not shed for a stall, nor for a shrinking lag', () => {
    expect(watch((now) => (now > 20_000 && now < 23_000 ? 5000 : 100))).toBeUndefined();
    expect(watch((now) => Math.max(0, 20_000 - now))).toBeUndefined();
  });
});
