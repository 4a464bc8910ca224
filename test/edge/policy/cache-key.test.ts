import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cacheKeyOf } from '../../../lib/edge/policy/cache-key.ts';
import { impossibleNames, keyVectors } from './request-vectors.ts';

const playlist = '/local/s/b/v720/playlist.m3u8';

describe('the cache key', () => {
  test.each([
    ['/local/s/b/v720/17.m4s', 'segment'],
    ['/local/s/b/v720/init-3.mp4', 'init'],
    [playlist, 'media-playlist'],
    ['/local/s/index.m3u8', 'multivariant-playlist'],
    ['/local/s/manifest.mpd', 'manifest'],
    ['/local/s/poster.jpg', 'poster'],
    ['/local/s/b/storyboard.vtt', 'storyboard'],
    ['/local/s/b/storyboard-30-15-2.jpg', 'sprite'],
  ])('of %s is its path, under the rule for a %s', (target, kind) => {
    const found = cacheKeyOf(target);
    expect(found?.key).toBe(target);
    expect(found?.rule.kind).toBe(kind);
  });

  test.each(keyVectors)('of %s is %s', (target, key) => {
    expect(cacheKeyOf(target)?.key).toBe(key);
  });

  test.each(impossibleNames)('there is none for %s, which no writer of ours names so', (path) => {
    expect(cacheKeyOf(path)).toBeUndefined();
  });

  test('is one of few, whatever a client makes of the directives', () => {
    const values = fc.oneof(fc.string(), fc.nat().map(String), fc.constantFrom('YES', 'v2', '0', '00', '-1'));
    const query = fc.array(
      fc.tuple(fc.constantFrom('_HLS_msn', '_HLS_part', '_HLS_skip', '_hls_msn'), values),
    );
    fc.assert(
      fc.property(query, (pairs) => {
        const text = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
        expect(cacheKeyOf(`${playlist}?${text}`)?.key.slice(playlist.length)).toMatch(
          /^(\?_HLS_msn=(0|[1-9]\d{0,6})(&_HLS_part=(\d|1[01]))?(&_HLS_skip=(YES|v2))?|\?_HLS_part=0|\?_HLS_skip=(YES|v2))?$/,
        );
      }),
    );
  });

  test.each([
    '',
    '*',
    '/',
    '//local/1.m4s',
    'local/s/1.m4s',
    'http://elsewhere/local/s/1.m4s',
    '/local/s/other.html',
    '/local/s/1.m4s/',
    '/local/s/1.M4S',
    '/local/s/1.m4sx',
    '/local/s/video.mov',
    '/local/s/mp4',
    '/local/s/playlist.m3u8.bak',
    '/local/../s/1.m4s',
    '/../1.m4s',
    '/./1.m4s',
    '/local//1.m4s',
    '/local/%31.m4s',
    '/local/s%2f1.m4s',
    '/local/\u0000.m4s',
    '/local/a b/1.m4s',
    '/local\\s\\1.m4s',
    '/.local/1.m4s',
    '/local/s/1.m4s#x',
    '/local/s/1.m4s;x',
    `/${'a'.repeat(1001)}.m4s`,
    `/local/s/playlist.m3u8?${'x'.repeat(4_100)}`,
    '/time',
    '/healthz',
  ])('there is none for %s', (target) => {
    expect(cacheKeyOf(target)).toBeUndefined();
  });

  test('a key is its own key, and goes into a request line as it is', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab./_-?&=%1 \\\r\n*'), maxLength: 30 });
    fc.assert(
      fc.property(text, text, (path, query) => {
        for (const file of ['1.m4s', 'playlist.m3u8']) {
          const found = cacheKeyOf(`/x${path}/${file}?_HLS_msn=${query}`);
          if (!found) continue;
          expect(found.key).toMatch(/^\/[\w.=@+/?&-]+$/);
          expect(cacheKeyOf(found.key)?.key).toBe(found.key);
        }
      }),
    );
  });
});
