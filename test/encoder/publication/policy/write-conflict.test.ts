import { describe, expect, test } from '@jest/globals';
import { judgeConflict } from '../../../../lib/encoder/publication/policy/write-conflict.ts';
import { epochMark, epochOf, withEpoch } from '../../../../lib/object-store/epoch-mark.ts';

const playlist = (epoch: number) => ({
  body: Buffer.from(`#EXTM3U\n7.m4s\n${epochMark('a/playlist.m3u8', epoch)}`),
  etag: `"of ${epoch}"`,
});

describe('The mark of an epoch', () => {
  test.each(['a/playlist.m3u8', 'a/index.m3u8', 'a/manifest.mpd'])('is read back from %s', (key) => {
    expect(epochOf(Buffer.from(`words${'\n'}${epochMark(key, 123_456)}`))).toBe(123_456);
  });

  test.each(['a/playlist.m3u8', 'a/manifest.mpd'])('is changed in %s without changing the rest', (key) => {
    const old = `words\n${epochMark(key, 9)}`;
    expect(withEpoch(key, old, 10)).toBe(`words\n${epochMark(key, 10)}`);
    expect(withEpoch(key, 'words\n', 10)).toBe(`words\n${epochMark(key, 10)}`);
  });

  test('is a comment of the format', () => {
    expect(epochMark('playlist.m3u8', 3)).toMatch(/^#(?!EXT)/);
    expect(epochMark('manifest.mpd', 3)).toMatch(/^<!--[^-]*-->\n$/);
  });

  test.each(['', '#EXTM3U\n', '# epoch 9\n7.m4s\n', '7.m4s # epoch 9\n', '# epoch x\n'])(
    'is 0 if %j does not have it as its last line',
    (body) => {
      expect(epochOf(Buffer.from(body))).toBe(0);
    },
  );
});

describe('A refused conditional write', () => {
  test('is retried as a new object if nothing exists', () => {
    expect(judgeConflict('replace', undefined, 4)).toEqual({ kind: 'again' });
    expect(judgeConflict('once', undefined, 4)).toEqual({ kind: 'again' });
  });

  test('is retried over our own bytes and over those of an earlier epoch', () => {
    expect(judgeConflict('replace', playlist(4), 4)).toEqual({ kind: 'again', etag: '"of 4"' });
    expect(judgeConflict('replace', playlist(3), 4)).toEqual({ kind: 'again', etag: '"of 3"' });
    const old = { body: Buffer.from('#EXTM3U\n'), etag: '"without"' };
    expect(judgeConflict('replace', old, 4)).toEqual({ kind: 'again', etag: '"without"' });
  });

  test('over a newer epoch’s object means that this writer is superseded', () => {
    expect(judgeConflict('replace', playlist(5), 4)).toEqual({ kind: 'superseded', byEpoch: 5 });
  });

  test('of a segment leaves the existing bytes', () => {
    expect(judgeConflict('once', { body: Buffer.from('media'), etag: '"m"' }, 4)).toEqual({ kind: 'there' });
  });
});
