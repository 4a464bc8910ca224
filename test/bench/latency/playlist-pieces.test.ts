import { expect, test } from '@jest/globals';
import { listedMedia } from '../../../bench/latency/playlist-pieces.ts';

const head = `#EXTM3U
#EXT-X-MEDIA-SEQUENCE:3
#EXT-X-PROGRAM-DATE-TIME:2026-11-27T12:00:06.000Z
#EXTINF:2.00000,
3.m4s
`;
const startMs = Date.parse('2026-11-27T12:00:06Z');

test('without parts the pieces are segments, and the next is asked for by polling', () => {
  expect(listedMedia(head)).toEqual({
    pieces: [{ uri: '3.m4s', endsAtMs: startMs + 2_000, independent: true }],
    blocks: false,
    next: { msn: 4 },
    init: undefined,
  });
});

test('with parts the pieces are parts, and the next one is known', () => {
  const parts = `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.25
${head}#EXT-X-MAP:URI="init-1.mp4"
#EXT-X-PART:DURATION=0.50000,URI="4.0-1-1.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.50000,URI="4.1-1-1.m4s"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="4.2-1-1.m4s"
`;
  expect(listedMedia(parts)).toEqual({
    pieces: [
      { uri: '4.0-1-1.m4s', endsAtMs: startMs + 2_500, independent: true },
      { uri: '4.1-1-1.m4s', endsAtMs: startMs + 3_000, independent: false },
    ],
    blocks: true,
    next: { msn: 4, part: 2 },
    init: 'init-1.mp4',
  });
});

test('skipped segments count', () => {
  const delta = head.replace('#EXT-X-PROGRAM', '#EXT-X-SKIP:SKIPPED-SEGMENTS=5\n#EXT-X-PROGRAM');
  expect(listedMedia(delta).next).toEqual({ msn: 9 });
});
