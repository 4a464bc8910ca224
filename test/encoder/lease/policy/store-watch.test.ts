import { describe, expect, test } from '@jest/globals';
import { leaseMs } from '../../../../lib/encoder/lease/policy/fence.ts';
import { StoreWatch } from '../../../../lib/encoder/lease/policy/store-watch.ts';

/** Writes that are taken each second, up to and with `toMs`. */
function writes(watch: StoreWatch, fromMs: number, toMs: number): void {
  for (let ms = fromMs; ms <= toMs; ms += 1000) watch.wrote(ms);
}

describe('the watch on the control store', () => {
  test('counts how long a record has been unchanged while writes succeed', () => {
    const watch = new StoreWatch();
    writes(watch, 0, 10_000);
    expect(watch.unchangedMs(7000, 10_500)).toBe(3500);
  });

  test('counts nothing before the first write, nor from before it', () => {
    const watch = new StoreWatch();
    expect(watch.unchangedMs(0, 9000)).toBe(0);
    watch.wrote(9000);
    expect(watch.unchangedMs(0, 9400)).toBe(400);
  });

  test('starts again after a failed write, from the next one that succeeds', () => {
    const watch = new StoreWatch();
    writes(watch, 0, 5000);
    watch.failed(6000);
    expect(watch.unchangedMs(0, 600_000)).toBe(0);
    watch.wrote(600_000);
    expect(watch.unchangedMs(0, 602_000)).toBe(2000);
  });

  test('starts again after a slow write: the store was unavailable, or this process was suspended', () => {
    const watch = new StoreWatch();
    writes(watch, 0, 5000);
    watch.wrote(7100);
    expect(watch.unchangedMs(0, 7500)).toBe(400);
  });

  test('reports once that the store is down, and once that it is back, after a lease time of successful writes', () => {
    const watch = new StoreWatch();
    watch.wrote(0);
    expect([watch.failed(1000), watch.failed(2000)]).toEqual([true, false]);
    expect(watch.wrote(3000)).toBeUndefined();
    expect(watch.failed(4000)).toBe(false);
    expect([5000, 5000 + leaseMs - 1].map((ms) => watch.wrote(ms))).toEqual([undefined, undefined]);
    expect(watch.away).toBe(true);
    expect(watch.wrote(5000 + leaseMs)).toBe(4000);
    expect(watch.away).toBe(false);
  });
});
