import { describe, expect, test } from '@jest/globals';
import { Outage } from '../../../lib/encoder/policy/outage.ts';

const limits = { graceMs: 1000, steadyMs: 5000 };

describe('an outage', () => {
  test('begins with the first failure after the grace time, and is reported once', () => {
    const outage = new Outage(limits);
    expect([0, 999, 1000, 1500].map((ms) => outage.failed(ms))).toEqual([false, false, true, false]);
    expect(outage.begun).toBe(true);
  });

  test('without a grace time begins with the first failure', () => {
    expect(new Outage({ ...limits, graceMs: 0 }).failed(7)).toBe(true);
  });

  test('continues while attempts still fail occasionally, and ends after the steady time', () => {
    const outage = new Outage(limits);
    outage.failed(0);
    outage.failed(2000);
    for (let ms = 2000; ms < 60_000; ms += 2000) {
      expect(outage.succeeded(ms)).toBeUndefined();
      expect(outage.failed(ms + 1000)).toBe(false);
    }
    expect(outage.succeeded(60_000)).toBeUndefined();
    expect(outage.succeeded(64_999)).toBeUndefined();
    expect(outage.succeeded(65_000)).toBe(60_000);
    expect(outage.begun).toBe(false);
    expect(outage.succeeded(66_000)).toBeUndefined();
  });

  test('is not caused by failures far apart', () => {
    const outage = new Outage(limits);
    for (let ms = 0; ms < 60_000; ms += 10_000) {
      expect(outage.failed(ms)).toBe(false);
      for (let later = 100; later < 10_000; later += 1000) outage.succeeded(ms + later);
    }
    expect(outage.begun).toBe(false);
  });

  test('ends without waiting if nothing is left to try and the last attempt succeeded', () => {
    const outage = new Outage(limits);
    outage.failed(0);
    outage.failed(1000);
    expect(outage.conclude()).toBeUndefined();
    outage.succeeded(1200);
    expect(outage.conclude()).toBe(1200);
    expect(outage.conclude()).toBeUndefined();
  });
});
