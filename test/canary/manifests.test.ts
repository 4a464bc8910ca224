import { expect, test } from '@jest/globals';
import { parseMediaPlaylist } from '../../lib/canary/manifests.ts';

test('a segment that grows is no segment yet; its parts are known, and the next one, which is only promised, is not', () => {
  const text = `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.25
#EXT-X-PART-INF:PART-TARGET=0.5
#EXT-X-MAP:URI="init-1.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-27T12:00:00.000Z
#EXT-X-PART:DURATION=0.5,URI="0.0-1-1.m4s",INDEPENDENT=YES
#EXTINF:2,
0.m4s
#EXT-X-PART:DURATION=0.5,URI="1.0-1-1.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="1.1-1-1.m4s"
`;
  const folder = 'https://live.example.com/local/s/b/360p';
  const track = parseMediaPlaylist(text, { url: `${folder}/playlist.m3u8`, lines: 360 });
  expect(track.segments.map(({ uri, parts }) => [uri, parts])).toEqual([
    [`${folder}/0.m4s`, [`${folder}/0.0-1-1.m4s`]],
  ]);
  expect(track.growing).toEqual([`${folder}/1.0-1-1.m4s`]);
  expect(track.edgeAtMs).toBe(Date.UTC(2026, 10, 27, 12, 0, 2));
});
