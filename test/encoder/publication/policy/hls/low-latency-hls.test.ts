import { describe, expect, test } from '@jest/globals';
import {
  lowLatencyPlaylistModel,
  playlistPosition,
} from '../../../../../lib/encoder/publication/policy/hls/low-latency-hls.ts';
import { multivariantModel } from '../../../../../lib/encoder/publication/policy/hls/publication-hls.ts';
import { nextPart, withOpenSegment } from '../../../../../lib/encoder/publication/policy/live/live-tail.ts';
import { mediaPlaylist } from '../../../../../lib/packaging/hls/media.ts';
import { parseStrictly } from '../../../../../testkit/media/strict-playlist.ts';
import { heldByHlsJs, readByHlsJs, reloadedByHlsJs } from '../../../../packaging/hls/hls-js.ts';
import { audio, type LiveOptions, ladder, liveAt, video } from '../live/live-broadcast.ts';

function playlistAt(ms: number, id: string, options: LiveOptions = {}, skip = false): string {
  const { state, tail } = liveAt(ms, options);
  return mediaPlaylist(lowLatencyPlaylistModel(state, tail, id, { skip }));
}

function read(text: string) {
  const playlist = parseStrictly(text);
  if (playlist.isMasterPlaylist) throw new Error('not a media playlist');
  return playlist;
}

/** Every name of media, in order, with what is written before it. */
const namesIn = (text: string): string[] =>
  text.split('\n').flatMap((line) => {
    const [, name] = /(?:URI=")?((?:\.\.\/[^/]+\/)?\d+(?:\.\d+-\d+-\d+)?\.m4s)/.exec(line) ?? [];
    return name === undefined ? [] : [line.startsWith('#EXT-X-PRELOAD') ? `hint ${name}` : name];
  });
const namesBehind = (text: string, name: string): string[] =>
  namesIn(text).slice(namesIn(text).indexOf(name) + 1);

const withoutTimes = ({ start: _, date: __, ...rest }: ReturnType<typeof heldByHlsJs>['segments'][number]) =>
  rest;

/** Its own pictures are shed from segment 3 on, and made again from segment 5 on. */
const withoutTop = new Map([...ladder].slice(1));
const shedding: LiveOptions = {
  periods: [
    { fromNumber: 0, initName: 'init-3.mp4', headers: ladder },
    { fromNumber: 3, initName: 'init-3-1.mp4', headers: withoutTop },
    { fromNumber: 5, initName: 'init-3.mp4', headers: ladder },
  ],
};

describe('lowLatencyPlaylistModel', () => {
  test('names the parts of the last two segments, of the open one, and the next part as a hint', () => {
    expect(namesBehind(playlistAt(9300, '720p'), '1.m4s')).toEqual([
      ...['2.0-3-1.m4s', '2.1-3-1.m4s', '2.2-3-1.m4s', '2.3-3-1.m4s', '2.m4s'],
      ...['3.0-3-1.m4s', '3.1-3-1.m4s', '3.2-3-1.m4s', '3.3-3-1.m4s', '3.m4s'],
      ...['4.0-3-1.m4s', '4.1-3-1.m4s', 'hint 4.2-3-1.m4s'],
    ]);
  });

  test('names no more while the open one has none', () => {
    expect(namesBehind(playlistAt(8000, '720p'), '1.m4s')).toHaveLength(2 * 5 + 1);
    expect(namesIn(playlistAt(8000, '720p')).at(-1)).toBe('hint 4.0-3-1.m4s');
  });

  test('begins with the first part of a broadcast, long before its first segment is whole', () => {
    const text = playlistAt(600, '720p');
    expect(namesIn(text)).toEqual(['0.0-3-1.m4s', 'hint 0.1-3-1.m4s']);
    expect(text).toContain(
      '#EXT-X-MAP:URI="init-3.mp4"\n#EXT-X-PROGRAM-DATE-TIME:2026-11-22T12:00:00.250Z\n',
    );
    expect(read(text).segments).toHaveLength(1);
    const { state, tail } = liveAt(600);
    const index = multivariantModel(withOpenSegment(state, tail), '');
    expect(index.video.map(({ uri }) => uri)).toEqual(['720p/playlist.m3u8', '360p/playlist.m3u8']);
    expect(index.audio?.uri).toBe('audio/playlist.m3u8');
  });

  test.each([...ladder.keys()])('of %s is valid at every part, and the hint always comes true', (id) => {
    let hint: string | undefined;
    for (let ms = 500; ms <= 20_050; ms += 50) {
      const { state, tail } = liveAt(ms);
      const position = playlistPosition(state, tail, id);
      if (!position) continue;
      const text = playlistAt(ms, id);
      const names = namesIn(text);
      const parts = names.filter((name) => !name.startsWith('hint') && name.includes('-'));
      if (hint !== undefined && names.at(-1) !== hint) expect(parts).toContain(hint.slice('hint '.length));
      hint = names.at(-1);
      expect(hint).toMatch(/^hint /);
      const { segments } = read(text);
      const last = segments.findLast(({ uri, parts: own }) => uri !== '' || own.some((part) => !part.hint))!;
      expect(last.mediaSequenceNumber).toBe(position.msn);
      const whole = last.parts.filter((part) => !part.hint).length;
      if (position.part !== undefined) expect(whole - 1).toBe(position.part);
      expect(readByHlsJs(text).partHoldBack).toBe(1.25);
    }
  });

  test('is only ever appended to and cut at its front, so that a player may reload it by deltas', () => {
    for (const options of [{}, shedding, { ...shedding, windowSegments: 10 }]) {
      for (const id of ladder.keys()) {
        const times = Array.from({ length: 60 }, (_, at) => 16_050 + at * 500);
        const texts = times.map((ms, at) => playlistAt(ms, id, options, at > 0));
        const whole = heldByHlsJs(readByHlsJs(playlistAt(times.at(-1)!, id, options)));
        const byDeltas = heldByHlsJs(reloadedByHlsJs(texts));
        expect(byDeltas.segments.map(withoutTimes)).toEqual(whole.segments.map(withoutTimes));
        // Dates are rounded to ms, and the player adds up durations between them.
        const lateMs = byDeltas.segments.map(({ date }, at) => Math.abs(date! - whole.segments[at]!.date!));
        expect(Math.max(...lateMs)).toBeLessThan(2);
        expect(byDeltas.parts).toEqual(whole.parts);
      }
    }
  });

  test('goes on with the parts of a neighbour while its own rendition is shed', () => {
    const text = playlistAt(7100, '720p', shedding);
    expect(namesBehind(text, '1.m4s')).toEqual([
      ...['2.0-3-1.m4s', '2.1-3-1.m4s', '2.2-3-1.m4s', '2.3-3-1.m4s', '2.m4s'],
      ...['../360p/3.0-3-2.m4s', '../360p/3.1-3-2.m4s', 'hint ../360p/3.2-3-2.m4s'],
    ]);
    expect(text).toContain(
      '#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="../360p/init-3-1.mp4"\n#EXT-X-PROGRAM-DATE-TIME:2026-11-22T12:00:06.250Z\n#EXT-X-PART:DURATION=0.50000,URI="../360p/3.0-3-2.m4s",INDEPENDENT=YES',
    );
    expect(text).not.toContain('REPORT:URI="../720p');
  });

  test('names its own parts again from the segment on where they are made again, and none before its first is out', () => {
    expect(namesBehind(playlistAt(10_600, '720p', shedding), '../360p/4.m4s')).toEqual([
      ...['5.0-3-3.m4s', 'hint 5.1-3-3.m4s'],
    ]);
    const { state, tail } = liveAt(10_600, shedding);
    const late = { ...tail, parts: new Map([...tail.parts].filter(([id]) => id !== '720p')) };
    const text = mediaPlaylist(lowLatencyPlaylistModel(state, late, '720p', { skip: false }));
    expect(namesBehind(text, '../360p/4.m4s')).toEqual(['hint 5.0-3-3.m4s']);
    expect(playlistPosition(state, late, '720p')).toEqual({ msn: 4 });
    expect(playlistPosition(state, late, '360p')).toEqual({ msn: 5, part: 0 });
  });

  test('marks what is lost in front of an open segment that begins a period', () => {
    const lost: LiveOptions = {
      lost: [3],
      periods: [
        { fromNumber: 0, initName: 'init-3.mp4', headers: ladder },
        { fromNumber: 4, initName: 'init-3.mp4', headers: ladder },
      ],
    };
    const playlist = read(playlistAt(8600, '720p', lost));
    expect(
      playlist.segments.map(({ uri, gap, discontinuity }) => [uri, gap ?? false, discontinuity ?? false]),
    ).toEqual([
      ['0.m4s', false, false],
      ['1.m4s', false, false],
      ['2.m4s', false, false],
      ['3.m4s', true, false],
      ['', false, true],
    ]);
  });

  test('reports how far the other renditions are, each for itself', () => {
    const { state, tail } = liveAt(9300);
    const fewer = { ...tail, parts: new Map(tail.parts) };
    const own = new Map(tail.parts.get('360p'));
    own.delete(4);
    fewer.parts.set('360p', own);
    const text = mediaPlaylist(lowLatencyPlaylistModel(state, fewer, '720p', { skip: false }));
    expect(read(text).renditionReports).toMatchObject([
      { uri: '../360p/playlist.m3u8', lastMSN: 3, lastPart: 3 },
      { uri: '../audio/playlist.m3u8', lastMSN: 4, lastPart: 1 },
    ]);
  });

  test('says the same to players of all renditions', () => {
    const mixed = new Map([
      ['720p', video(720, 30_000 / 1001)],
      ['360p', video(360, 15)],
      ['audio', audio(44_100)],
    ]);
    const options = { periods: [{ fromNumber: 0, initName: 'init-3.mp4', headers: mixed }] };
    const linesOf = (id: string, tag: string): string | undefined =>
      playlistAt(9300, id, options)
        .split('\n')
        .find((line) => line.startsWith(tag));
    const controls = [...mixed.keys()].map((id) => linesOf(id, '#EXT-X-SERVER-CONTROL'));
    expect(new Set(controls)).toEqual(
      new Set(['#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.25,CAN-SKIP-UNTIL=12']),
    );
    // They name one another's parts, so their target is that of the slowest.
    expect(linesOf('720p', '#EXT-X-PART-INF')).toBe(linesOf('360p', '#EXT-X-PART-INF'));
  });

  test('slides its window as a player counts', () => {
    const options = { ...shedding, windowSegments: 6 };
    const playlist = read(playlistAt(20_600, '720p', options));
    expect(playlist).toMatchObject({ mediaSequenceBase: 4, discontinuitySequenceBase: 1 });
    expect(playlist.segments.map((each) => each.mediaSequenceNumber)).toEqual([4, 5, 6, 7, 8, 9, 10]);
    expect(playlist.segments.map((each) => each.discontinuitySequence)).toEqual([1, 2, 2, 2, 2, 2, 2]);
  });
});

describe('nextPart', () => {
  const nextAt = (ms: number, id = '720p', options: LiveOptions = {}) => {
    const { state, tail } = liveAt(ms, options);
    return nextPart(state, tail, id);
  };

  test('follows the parts of a segment, and then begins the next one', () => {
    expect(nextAt(9300)).toEqual({ rendition: '720p', number: 4, index: 2, run: 1 });
    expect(nextAt(9999)).toEqual({ rendition: '720p', number: 4, index: 3, run: 1 });
    expect(nextAt(8000)).toEqual({ rendition: '720p', number: 4, index: 0, run: 1 });
  });

  test('is of the next segment while the open one is complete but not whole yet', () => {
    const { state, tail } = liveAt(10_000);
    const period = state.periods[0]!;
    const notYet = { ...state, periods: [{ ...period, toNumber: 3 }] };
    const open = { number: 4, period: notYet.periods[0]! };
    expect(nextPart(notYet, { ...tail, open }, '720p')).toMatchObject({ number: 5, index: 0 });
  });

  test('is of no rendition that is not made, and of none before the first part', () => {
    expect(nextAt(7100, '720p', shedding)).toBeUndefined();
    expect(nextAt(7100, '360p', shedding)).toMatchObject({ number: 3, index: 2, run: 2 });
    expect(nextAt(100)).toBeUndefined();
  });
});
