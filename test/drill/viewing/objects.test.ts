import { expect, test } from '@jest/globals';
import { changedObjects, writtenSegments } from '../../../drill/viewing/objects.ts';

const objects = (entries: Record<string, string>) =>
  new Map(Object.entries(entries).map(([key, sha256]) => [key, { key, sha256, writtenAtMs: sha256.length }]));

test('segments and init segments with other bytes, or missing, have changed; playlists and new objects have not', () => {
  const before = objects({
    'a/360p/1.m4s': 'x',
    'a/360p/2.m4s': 'y',
    'a/360p/init-1.mp4': 'i',
    'a/360p/playlist.m3u8': 'p',
  });
  const after = objects({
    'a/360p/1.m4s': 'x',
    'a/360p/2.m4s': 'z',
    'a/360p/3.m4s': 'n',
    'a/360p/playlist.m3u8': 'q',
  });
  expect(changedObjects(before, after)).toEqual(['a/360p/2.m4s', 'a/360p/init-1.mp4']);
});

test('segments of one rendition are sorted by number', () => {
  const kept = objects({
    'a/360p/10.m4s': 'xx',
    'a/360p/9.m4s': 'x',
    'a/audio/9.m4s': 'x',
    'a/360p/init-1.mp4': 'i',
  });
  expect(writtenSegments(kept, '360p')).toEqual([
    { number: 9, writtenAtMs: 1 },
    { number: 10, writtenAtMs: 2 },
  ]);
});
