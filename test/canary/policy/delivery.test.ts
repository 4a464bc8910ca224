import { describe, expect, test } from '@jest/globals';
import {
  type Delivered,
  judgeCache,
  judgeFreshness,
  judgeHeaders,
} from '../../../lib/canary/policy/delivery.ts';
import { exposedHeaders } from '../../../lib/edge/policy/cors.ts';
import { deliveryRuleFor } from '../../../lib/edge/policy/delivery.ts';
import { preflight } from '../../../lib/edge/policy/response.ts';

const segment = '/local/s/b/720p/3.m4s';
const playlist = '/local/s/b/720p/playlist.m3u8';

/** As an edge answers for this path. */
const answer = (path: string, change: Record<string, string | undefined> = {}): Delivered => {
  const { contentType, cacheControl } = deliveryRuleFor(path)!;
  const headers = {
    'content-type': contentType,
    'cache-control': cacheControl,
    'access-control-allow-origin': '*',
    'access-control-expose-headers': exposedHeaders.join(', '),
    'timing-allow-origin': '*',
    'x-cache': 'hit',
    age: '0',
    ...change,
  };
  const present = Object.entries(headers).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { path, status: 200, headers: Object.fromEntries(present), repeated: true };
};

describe('headers', () => {
  const special = {
    preflight: { path: segment, ...preflight },
    range: { path: segment, status: 206, headers: { 'content-range': 'bytes 0-99/5000' }, bytes: 100 },
  };
  const faults = (delivered: Delivered, answers: Parameters<typeof judgeHeaders>[1] = special) =>
    judgeHeaders([delivered], answers).faults;

  test('as the table of delivery policy says', () => {
    expect(judgeHeaders([answer(segment), answer(playlist)], special).faults).toEqual([]);
  });

  test.each([
    [
      'a wrong cache header',
      segment,
      { 'cache-control': 'no-store' },
      "segment: cache-control is 'no-store'",
    ],
    ['a playlist that is kept too long', playlist, { 'cache-control': 'public, max-age=60' }, 'max-age=60'],
    [
      'a wrong type',
      playlist,
      { 'content-type': 'text/plain' },
      "media-playlist: content-type is 'text/plain'",
    ],
    [
      'no CORS',
      segment,
      { 'access-control-allow-origin': undefined },
      'access-control-allow-origin is missing',
    ],
    ['hidden headers', segment, { 'access-control-expose-headers': 'Date' }, 'expose-headers lacks Age'],
    ['no timing', segment, { 'timing-allow-origin': undefined }, 'timing-allow-origin is missing'],
  ])('%s', (_, path, change, words) => {
    expect(faults(answer(path, change))).toEqual([expect.stringContaining(words)]);
  });

  test('a preflight that is refused', () => {
    const refused = { path: segment, status: 403, headers: {} };
    expect(faults(answer(segment), { ...special, preflight: refused })).toEqual([
      expect.stringContaining('a preflight got 403'),
    ]);
  });

  test('a range that gets the whole segment', () => {
    const whole = { path: segment, status: 200, headers: {}, bytes: 5000 };
    expect(faults(answer(segment), { ...special, range: whole })).toEqual([
      expect.stringContaining('got 200 with 5000 bytes'),
    ]);
  });
});

describe('cache', () => {
  const states = (...all: (string | undefined)[]) =>
    judgeCache(all.map((state) => answer(segment, { 'x-cache': state }))).faults;

  test('hits of ours and of CloudFront', () => {
    expect(states('hit', 'coalesced', 'Hit from cloudfront', 'RefreshHit from cloudfront')).toEqual([]);
  });

  test('misses of what was delivered before', () => {
    expect(states('hit', 'Miss from cloudfront', 'miss', 'hit')).toEqual([
      expect.stringContaining('2 of 4 repeated'),
    ]);
  });

  test('an edge that says nothing about it', () => {
    expect(states(undefined, 'hit')[0]).toContain('1 of 2 repeated requests got no X-Cache');
  });

  test('first requests and playlists do not count', () => {
    const first = { ...answer(segment, { 'x-cache': 'miss' }), repeated: false };
    expect(judgeCache([first, answer(playlist, { 'x-cache': 'miss' }), answer(segment)]).faults).toEqual([]);
    expect(judgeCache([first]).faults).toEqual(['no segment was requested twice']);
  });
});

describe('freshness', () => {
  const fresh = { delivered: [answer(playlist), answer(segment, { age: '900' })], standstills: [] };

  test('playlists as old as their lifetime; segments of any age', () => {
    expect(judgeFreshness(fresh).faults).toEqual([]);
  });

  test('an edge that serves stale, and says so', () => {
    const delivered = [answer(playlist, { 'x-cache': 'stale' })];
    expect(judgeFreshness({ ...fresh, delivered }).faults).toEqual([
      expect.stringContaining('1 of 1 playlists were stale'),
    ]);
  });

  test('an edge that keeps playlists for too long', () => {
    const delivered = [answer(playlist, { age: '9' })];
    expect(judgeFreshness({ ...fresh, delivered }).faults).toEqual([expect.stringContaining('up to 9 s')]);
  });

  test('a playlist that does not change, without a word', () => {
    expect(judgeFreshness({ ...fresh, standstills: [{ path: playlist, forMs: 9000 }] }).faults).toEqual([
      expect.stringContaining('unchanged for 9.00 s'),
    ]);
    expect(judgeFreshness({ ...fresh, standstills: [{ path: playlist, forMs: 7000 }] }).faults).toEqual([]);
  });
});
