import { describe, expect, test } from '@jest/globals';
import {
  cachePolicyRows,
  errorTtlSeconds,
  mediaBehaviours,
  TooManyBehavioursError,
} from '../../../lib/edge/policy/behaviours.ts';
import { deliveryPolicy, deliveryRuleFor } from '../../../lib/edge/policy/delivery.ts';
import { lifetimeMs } from '../../../lib/edge/policy/freshness.ts';

const regions = (count: number) => Array.from({ length: count }, (_, index) => `r-${index}`);

describe('the behaviours of a region', () => {
  test('are the rows of the table, in its order, below the region', () => {
    expect(mediaBehaviours(['eu-west-1']).map(({ pathPattern }) => pathPattern)).toEqual([
      '/eu-west-1/*.m4s',
      '/eu-west-1/*.mp4',
      '/eu-west-1/*playlist.m3u8',
      '/eu-west-1/*/index.m3u8',
      '/eu-west-1/*/manifest.mpd',
      '/eu-west-1/*/poster.jpg',
      '/eu-west-1/*.jpg',
      '/eu-west-1/*/storyboard.vtt',
    ]);
  });

  test.each([
    'eu-west-1/s/b/v720/17.m4s',
    'eu-west-1/s/b/v720/init-3-1.mp4',
    'eu-west-1/s/b/v720/playlist.m3u8',
    'eu-west-1/s/b/managed/0/index-720p-playlist.m3u8',
    'eu-west-1/s/b/managed/0/index-720p-playlist-20261122T202000_00001.mp4',
    'eu-west-1/s/index.m3u8',
    'eu-west-1/s/b/manifest.mpd',
    'eu-west-1/s/poster.jpg',
    'eu-west-1/s/b/storyboard.vtt',
    'eu-west-1/s/b/storyboard-15-15-1.jpg',
  ])('take %s to the rule that the local edge takes it to', (key) => {
    const found = mediaBehaviours(['us-east-1', 'eu-west-1']).find(({ pathPattern }) =>
      matches(pathPattern, `/${key}`),
    );
    expect(found?.region).toBe('eu-west-1');
    expect(found?.rule).toBe(deliveryRuleFor(key));
  });

  test('let nothing else through', () => {
    for (const path of ['/eu-west-1/s/notes.txt', '/eu-west-1/secrets.json', '/other/s/index.m3u8', '/']) {
      expect(mediaBehaviours(['eu-west-1']).filter(({ pathPattern }) => matches(pathPattern, path))).toEqual(
        [],
      );
    }
  });

  test('fit for nine regions beside the page, and say so where they do not', () => {
    expect(mediaBehaviours(regions(9), { others: 3 })).toHaveLength(72);
    expect(() => mediaBehaviours(regions(10), { others: 3 })).toThrow(TooManyBehavioursError);
    expect(() => mediaBehaviours(regions(10), { others: 3 })).toThrow(/83 .*allows 75.* 9 regions/);
  });
});

describe('the cache policies', () => {
  test('are as few as the table has ways of caching, and every behaviour has its own way', () => {
    const rows = cachePolicyRows();
    expect(rows.map(({ name }) => name)).toEqual([
      'segment',
      'media-playlist',
      'multivariant-playlist',
      'poster',
    ]);
    for (const { policy, rule } of mediaBehaviours(['eu-west-1'])) {
      const row = rows.find(({ name }) => name === policy);
      expect(row).toMatchObject({
        ttlSeconds: rule.ttlSeconds,
        queryParameters: rule.queryParameters,
        compress: rule.compress,
      });
    }
  });

  test('never have a minimum TTL of 0, which would let a header switch collapsing off', () => {
    expect(Math.min(...cachePolicyRows().map(({ ttlSeconds }) => ttlSeconds.min))).toBeGreaterThanOrEqual(1);
  });

  test('errors are kept for a second', () => {
    expect(errorTtlSeconds()).toBe(1);
  });
});

describe('what the writer says of its objects', () => {
  test.each(deliveryPolicy.map((rule) => [rule.kind, rule] as const))(
    'of a %s is what the table says of it',
    (_, rule) => {
      expect(lifetimeMs(rule, rule.cacheControl)).toBe(rule.ttlSeconds.default * 1000);
      const stale = /stale-if-error=(\d+)/.exec(rule.cacheControl)?.[1];
      if (!rule.cacheControl.includes('immutable')) expect(Number(stale)).toBe(rule.staleIfErrorSeconds);
    },
  );
});

/** CloudFront's path patterns: `*` is any run of characters, `?` any one. */
function matches(pattern: string, path: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(path);
}
