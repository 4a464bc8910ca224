import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cacheKeyOf } from '../../../lib/edge/policy/cache-key.ts';

const playlist = '/local/s/b/v720/playlist.m3u8';

describe('the cache key', () => {
  test.each([
    ['/local/s/b/v720/17.m4s', 'segment'],
    ['/local/s/b/v720/init-3.mp4', 'init'],
    [playlist, 'media-playlist'],
    ['/local/s/index.m3u8', 'multivariant-playlist'],
    ['/local/s/manifest.mpd', 'manifest'],
  ])('of %s is its path, under the rule for a %s', (target, kind) => {
    const found = cacheKeyOf(target);
    expect(found?.key).toBe(target);
    expect(found?.rule.kind).toBe(kind);
  });

  test.each([
    ['/local/s/b/v/1.m4s?token=x', '/local/s/b/v/1.m4s'],
    ['/local/s/b/v/1.m4s?_HLS_msn=4', '/local/s/b/v/1.m4s'],
    ['/local/s/b/v/1.m4s?', '/local/s/b/v/1.m4s'],
    ['/local/s/index.m3u8?_HLS_msn=4', '/local/s/index.m3u8'],
    [`${playlist}?utm=1`, playlist],
    [`${playlist}?_HLS_msn=12&_HLS_part=3`, `${playlist}?_HLS_msn=12&_HLS_part=3`],
    [`${playlist}?_HLS_part=3&x=1&_HLS_msn=12`, `${playlist}?_HLS_msn=12&_HLS_part=3`],
    [`${playlist}?_HLS_skip=YES&_HLS_msn=1`, `${playlist}?_HLS_msn=1&_HLS_skip=YES`],
    [`${playlist}?_HLS_msn=1&_HLS_msn=2`, `${playlist}?_HLS_msn=1`],
    [`${playlist}?_HLS_msn=%31`, `${playlist}?_HLS_msn=1`],
    [`${playlist}?_HLS_msn=`, playlist],
    [`${playlist}?_HLS_msn=1%0d%0aX`, playlist],
    [`${playlist}?_HLS_msn=${'9'.repeat(17)}`, playlist],
    [`${playlist}?_hls_msn=1`, playlist],
  ])('of %s is %s', (target, key) => {
    expect(cacheKeyOf(target)?.key).toBe(key);
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
    `/local/s/playlist.m3u8?${'x'.repeat(1300)}`,
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
