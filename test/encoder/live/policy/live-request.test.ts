import { expect, test } from '@jest/globals';
import { parseLiveRequest } from '../../../../lib/encoder/live/policy/live-request.ts';
import { initName, partName, segmentName, spriteName } from '../../../../lib/object-store/object-names.ts';

const of = { region: 'local', stream: 's', broadcast: 'b', rendition: '720p' };

test.each([
  ['/local/s/index.m3u8', { region: 'local', stream: 's', kind: 'index' }],
  ['/local/s/b/index.m3u8', { region: 'local', stream: 's', broadcast: 'b', kind: 'index' }],
  ['/local/s/manifest.mpd', { region: 'local', stream: 's', kind: 'manifest' }],
  ['/local/s/poster.jpg', { region: 'local', stream: 's', kind: 'poster' }],
  ['/local/s/b/poster.jpg', { region: 'local', stream: 's', broadcast: 'b', kind: 'poster' }],
  ['/local/s/b/storyboard.vtt', { region: 'local', stream: 's', broadcast: 'b', kind: 'storyboard' }],
  [
    `/local/s/b/${spriteName(30, 15, 2)}`,
    { region: 'local', stream: 's', broadcast: 'b', kind: 'sprite', from: 30, count: 15, epoch: 2 },
  ],
  ['/local/s/b/manifest.mpd', { region: 'local', stream: 's', broadcast: 'b', kind: 'manifest' }],
  [`/local/s/b/720p/${segmentName(12)}`, { ...of, kind: 'segment', number: 12 }],
  [`/local/s/b/720p/${initName(3, 1)}`, { ...of, kind: 'init', name: 'init-3-1.mp4' }],
  [
    `/local/s/b/720p/${partName(12, 3, 4, 5)}`,
    { ...of, kind: 'part', number: 12, index: 3, epoch: 4, run: 5 },
  ],
  ['/local/s/b/720p/playlist.m3u8', { ...of, kind: 'playlist', skip: false, malformed: false }],
  [
    '/local/s/b/720p/playlist.m3u8?_HLS_msn=7&_HLS_part=2&_HLS_skip=YES',
    { ...of, kind: 'playlist', msn: 7, part: 2, skip: true, malformed: false },
  ],
  [
    '/local/s/b/720p/playlist.m3u8?_HLS_part=2',
    { ...of, kind: 'playlist', part: 2, skip: false, malformed: true },
  ],
])('%s', (target, request) => {
  expect(parseLiveRequest(target)).toEqual(request);
});

test.each([
  '/',
  '/local/s/b/720p/012.m4s',
  '/local/s/b/720p/1.2-3.m4s',
  '/local/s/b/720p/poster.jpg',
  '/local/s/b/720p/x/1.m4s',
  '/local/s/playlist.m3u8',
  '/local/s/storyboard-30-15-2.jpg',
  '/local/s/b/storyboard-30-15.jpg',
  `/local/s/b/720p/playlist.m3u8?${'x'.repeat(1200)}`,
])('%s is nothing that a worker has', (target) => {
  expect(parseLiveRequest(target)).toBeUndefined();
});
