import { describe, expect, test } from '@jest/globals';
import { restorePublication } from '../../../../../lib/encoder/publication/policy/recovery/restore.ts';

const playlist = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:2
#EXT-X-MEDIA-SEQUENCE:4
#EXT-X-MAP:URI="init-1.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:28.000Z
#EXTINF:2,
4.m4s
#EXTINF:2,
5.m4s
`;
const restore = (numbers: readonly number[]) =>
  restorePublication({
    renditions: [{ id: 'audio', codecs: 'mp4a.40.2', bandwidthBps: 128_000 }],
    periods: [],
    playlists: new Map([['audio', playlist]]),
    numbers: new Map([['audio', numbers]]),
    inits: new Map([['audio/init-1.mp4', Buffer.from('init')]]),
    manifest: '<MPD availabilityStartTime="2026-09-21T14:13:20.000Z">',
  });

describe('what a worker left in the origin', () => {
  test('ties stream time to the wall clock by its playlist', () => {
    expect(restore([4, 5])?.startedAtMs).toBe(Date.parse('2026-09-21T14:13:20.000Z'));
  });

  test('is continued at the number after its last', () => {
    expect(restore([4, 5])).toMatchObject({ nextNumber: 6, nextListed: 6 });
  });

  test('may have a segment that no playlist names: a replay makes that number again, other media the next one', () => {
    const restored = restore([4, 5, 6]);
    expect(restored).toMatchObject({ nextNumber: 7, nextListed: 6 });
    expect([...restored!.renditions[0]!.segments.numbers()]).toEqual([4, 5]);
  });

  test('has the codec parameters of its own encoder, whatever the record now says', () => {
    const avcC = Buffer.from([1, 0x4d, 0x40, 0x1f, 0xff, 0xe0]);
    const init = Buffer.concat([Buffer.from('.... avcC'), avcC]);
    const restored = restorePublication({
      renditions: [
        { id: '720p', codecs: 'avc1.64001F', bandwidthBps: 1, width: 1280, height: 720, frameRate: 30 },
      ],
      periods: [],
      playlists: new Map([['720p', playlist]]),
      numbers: new Map([['720p', [4, 5]]]),
      inits: new Map([['720p/init-1.mp4', init]]),
      manifest: '<MPD availabilityStartTime="2026-09-21T14:13:20.000Z">',
    });
    expect(restored?.periods[0]?.headers.get('720p')?.codecs).toBe('avc1.4D401F');
    expect(restored?.renditions[0]?.header.codecs).toBe('avc1.4D401F');
  });

  test('has the rates that its playlists state, though no segment is read', () => {
    const restored = restorePublication({
      renditions: [{ id: 'audio', codecs: 'mp4a.40.2', bandwidthBps: 128_000 }],
      periods: [],
      playlists: new Map([['audio', `${playlist}# measured peak 130000 average 96000\n# epoch 3\n`]]),
      numbers: new Map([['audio', [4, 5]]]),
      inits: new Map([['audio/init-1.mp4', Buffer.from('init')]]),
      manifest: '<MPD availabilityStartTime="2026-09-21T14:13:20.000Z">',
    });
    expect(restored!.renditions[0]!.rates?.peakBps).toBe(130_000);
    expect(restored!.renditions[0]!.rates?.averageBps).toBeCloseTo(96_000, -1);
  });

  test('is nothing if no playlist was written', () => {
    const remains = {
      renditions: [],
      periods: [],
      playlists: new Map(),
      numbers: new Map(),
      inits: new Map(),
      manifest: '',
    };
    expect(restorePublication(remains)).toBeUndefined();
  });
});
