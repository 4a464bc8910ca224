import { describe, expect, test } from '@jest/globals';
import { deliveryPolicy } from '../../../lib/edge/policy/delivery.ts';
import {
  ageOnArrivalMs,
  errorLifetimeMs,
  freshnessOf,
  lifetimeMs,
} from '../../../lib/edge/policy/freshness.ts';

const ruleFor = (kind: string) => {
  const rule = deliveryPolicy.find((row) => row.kind === kind);
  if (!rule) throw new Error(kind);
  return rule;
};
const playlist = ruleFor('media-playlist');
const segment = ruleFor('segment');
const yearMs = 31_536_000_000;

describe('how long an object lives', () => {
  test.each([
    ['public, max-age=1', 1000],
    ['max-age=0', 1000],
    ['no-store', 1000],
    ['no-cache', 1000],
    ['private, max-age=60', 1000],
    ['max-age=60', 1000],
    ['', 1000],
    [undefined, 1000],
  ])('a playlist with %s: %i ms, within the bounds of the table', (cacheControl, ms) => {
    expect(lifetimeMs(playlist, cacheControl)).toBe(ms);
  });

  test.each([
    ['250', 250],
    ['60000', 1000],
    ['soon', 1000],
  ])('a playlist that may live for %s ms: %i ms', (precise, ms) => {
    expect(lifetimeMs(playlist, 'public, max-age=1', precise)).toBe(ms);
  });

  test.each([
    ['public, max-age=31536000, immutable', yearMs],
    ['max-age=99999999999', yearMs],
    ['max-age=9999999999', yearMs],
    ['MAX-AGE=60', 60_000],
    ['max-age="60"', 60_000],
    ['public,max-age=60', 60_000],
    ['max-age=60, s-maxage=30', 30_000],
    ['x-max-age=60', yearMs],
    ['max-age=-1', yearMs],
    ['max-age=soon', yearMs],
    ['no-store, max-age=60', 1000],
    [undefined, yearMs],
  ])('a segment with %s: %i ms', (cacheControl, ms) => {
    expect(lifetimeMs(segment, cacheControl)).toBe(ms);
  });

  test.each([
    ['max-age=1', 1000],
    ['max-age=600', 1000],
    ['max-age=0', 0],
    ['no-store', 1000],
    [undefined, 1000],
  ])('an error with %s: %i ms, never more than a second', (cacheControl, ms) => {
    expect(errorLifetimeMs(segment, cacheControl)).toBe(ms);
  });

  test('no row of the table keeps an error longer than a second', () => {
    for (const rule of deliveryPolicy) expect(rule.errorTtlSeconds).toBeLessThanOrEqual(1);
  });

  test('what changes is served stale for seconds only', () => {
    for (const rule of deliveryPolicy.filter(({ ttlSeconds }) => ttlSeconds.max <= 1)) {
      expect(rule.staleIfErrorSeconds).toBeLessThanOrEqual(6);
    }
  });
});

describe('the age on arrival', () => {
  test.each([
    [{}, 0, 0],
    [{}, 40, 40],
    [{ age: '2' }, 40, 2040],
    [{ age: '2', 'headwater-age-ms': '2750' }, 40, 2790],
    [{ 'headwater-age-ms': '0', age: '5' }, 0, 0],
    [{ age: '-2' }, 0, 0],
    [{ age: '1.5' }, 0, 0],
    [{ age: 'old' }, 7, 7],
    [{ age: ['1', '2'] }, 7, 7],
    [{}, -3, 0],
  ])('with %j after %i ms on the way is %i ms', (headers, travelled, age) => {
    expect(ageOnArrivalMs(headers as Record<string, string | string[]>, travelled)).toBe(age);
  });
});

describe('freshness', () => {
  test.each([
    [0, 'fresh'],
    [999, 'fresh'],
    [1000, 'stale'],
    [6999, 'stale'],
    [7000, 'expired'],
    [90_000, 'expired'],
  ])('at %i ms of a lifetime of 1 s and 6 s of grace: %s', (age, freshness) => {
    expect(freshnessOf(age, 1000, 6)).toBe(freshness);
  });

  test('an error has no grace', () => {
    expect(freshnessOf(1000, 1000, 0)).toBe('expired');
  });

  test('two tiers together keep a playlist no longer than one', () => {
    // The shield took it at 0; the edge asks when the shield's copy is `age` old, 5 ms away.
    for (let age = 0; age < 1000; age += 37) {
      const atEdge = ageOnArrivalMs({ 'headwater-age-ms': String(age) }, 5);
      const servedUntil = age + 5 + Math.max(0, 1000 - atEdge);
      expect(servedUntil).toBeLessThanOrEqual(1005);
    }
  });
});
