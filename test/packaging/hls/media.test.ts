import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import HLS from 'hls-parser';
import {
  type HlsSegment,
  type MediaPlaylistModel,
  mediaPlaylist,
  slideWindow,
} from '../../../lib/packaging/hls/media.ts';

const startMs = Date.UTC(2026, 10, 22, 12, 0, 0, 250);

const segment = (number: number, more: Partial<HlsSegment> = {}): HlsSegment => ({
  uri: `${number}.m4s`,
  mapUri: 'init-1.mp4',
  durationSeconds: 2,
  programDateTimeMs: startMs + number * 2000,
  ...more,
});
const model = (
  segments: readonly HlsSegment[],
  more: Partial<MediaPlaylistModel> = {},
): MediaPlaylistModel => ({
  targetDurationSeconds: 2,
  mediaSequence: 0,
  discontinuitySequence: 0,
  ended: false,
  segments,
  ...more,
});

function read(text: string) {
  const playlist = HLS.parse(text);
  if (playlist.isMasterPlaylist) throw new Error('not a media playlist');
  return playlist;
}

describe('mediaPlaylist', () => {
  test('is read back by an independent parser as it was meant', () => {
    const segments = [
      segment(5),
      segment(6, { durationSeconds: 1.96 }),
      segment(9, { mapUri: 'init-2.mp4', discontinuity: true }),
      segment(10, { mapUri: 'init-2.mp4' }),
    ];
    const playlist = read(mediaPlaylist(model(segments, { mediaSequence: 5, discontinuitySequence: 1 })));
    expect(playlist).toMatchObject({
      targetDuration: 2,
      mediaSequenceBase: 5,
      discontinuitySequenceBase: 1,
      endlist: false,
      independentSegments: true,
      playlistType: undefined,
    });
    expect(
      playlist.segments.map(({ uri, duration, map, mediaSequenceNumber, discontinuitySequence }) => {
        return [uri, duration, map.uri, mediaSequenceNumber, discontinuitySequence];
      }),
    ).toEqual([
      ['5.m4s', 2, 'init-1.mp4', 5, 1],
      ['6.m4s', 1.96, 'init-1.mp4', 6, 1],
      ['9.m4s', 2, 'init-2.mp4', 7, 2],
      ['10.m4s', 2, 'init-2.mp4', 8, 2],
    ]);
  });

  test('dates the first segment and the first after each discontinuity, in UTC with milliseconds', () => {
    const text = mediaPlaylist(model([segment(0), segment(1), segment(4, { discontinuity: true })]));
    expect(text.match(/#EXT-X-PROGRAM-DATE-TIME:.*\n|.*m4s/g)).toEqual([
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-22T12:00:00.250Z\n',
      '0.m4s',
      '1.m4s',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-22T12:00:08.250Z\n',
      '4.m4s',
    ]);
  });

  test("goes on with another rendition's segments after a discontinuity", () => {
    const other = { uri: '../480p/2.m4s', mapUri: '../480p/init-1.mp4', discontinuity: true };
    const lines = mediaPlaylist(model([segment(0), segment(1), segment(2, other)])).split('\n');
    expect(lines.slice(lines.indexOf('1.m4s') + 1)).toEqual([
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-MAP:URI="../480p/init-1.mp4"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-22T12:00:04.250Z',
      '#EXTINF:2.00000,',
      '../480p/2.m4s',
      '',
    ]);
  });

  test('marks missing media', () => {
    const playlist = read(mediaPlaylist(model([segment(0), segment(1, { gap: true }), segment(2)])));
    expect(playlist.version).toBe(8);
    expect(playlist.segments.map(({ gap }) => gap ?? false)).toEqual([false, true, false]);
  });

  test('ends as a recording from the first segment', () => {
    const playlist = read(mediaPlaylist(model([segment(0)], { type: 'VOD', ended: true })));
    expect(playlist).toMatchObject({ playlistType: 'VOD', endlist: true });
  });

  test('is an event where segments only join', () => {
    expect(read(mediaPlaylist(model([segment(0)], { type: 'EVENT' }))).playlistType).toBe('EVENT');
  });

  test('raises the target duration over a segment that is longer', () => {
    const text = mediaPlaylist(model([segment(0), segment(1, { durationSeconds: 2.6 })]));
    expect(read(text).targetDuration).toBe(3);
  });

  test('can be empty', () => {
    expect(read(mediaPlaylist(model([]))).segments).toEqual([]);
  });
});

describe('slideWindow', () => {
  const anyRun = fc.array(fc.boolean(), { maxLength: 40 }).map((breaks) => {
    return breaks.map((discontinuity, number) => segment(number, { discontinuity }));
  });

  test('never changes the media or discontinuity sequence number of a segment that stays', () => {
    fc.assert(
      fc.property(anyRun, fc.integer({ min: 1, max: 10 }), fc.nat(1000), (segments, count, first) => {
        const numbers = new Map<string, [number, number]>();
        let shown = model([], { mediaSequence: first, discontinuitySequence: 3 });
        for (const next of segments) {
          shown = slideWindow({ ...shown, segments: [...shown.segments, next] }, count);
          expect(shown.segments.length).toBeLessThanOrEqual(count);
          const playlist = read(mediaPlaylist(shown));
          for (const { uri, mediaSequenceNumber, discontinuitySequence } of playlist.segments) {
            const known = numbers.get(uri) ?? [mediaSequenceNumber, discontinuitySequence];
            expect([uri, mediaSequenceNumber, discontinuitySequence]).toEqual([uri, ...known]);
            numbers.set(uri, known);
          }
        }
        expect(shown.mediaSequence + shown.segments.length).toBe(first + segments.length);
      }),
      { numRuns: 50 },
    );
  });

  test('leaves a playlist alone that is short enough', () => {
    const short = model([segment(0), segment(1)]);
    expect(slideWindow(short, 2)).toEqual(short);
  });
});
