import { describe, expect, test } from '@jest/globals';
import type { HlsLowLatency, HlsPart } from '../../../lib/packaging/hls/low-latency.ts';
import { type HlsSegment, type MediaPlaylistModel, mediaPlaylist } from '../../../lib/packaging/hls/media.ts';
import { parseStrictly } from '../../../testkit/media/strict-playlist.ts';
import { heldByHlsJs, playlistUrl, readByHlsJs, reloadedByHlsJs } from './hls-js.ts';

const startMs = Date.UTC(2026, 10, 22, 12, 0, 0, 250);
const folder = new URL('.', playlistUrl).href;

const partsOf = (number: number, count = 4): HlsPart[] =>
  Array.from({ length: count }, (_, index) => ({
    uri: `${number}.${index}-3-1.m4s`,
    durationSeconds: 0.5,
    independent: index === 0,
  }));
const segment = (number: number, more: Partial<HlsSegment> = {}): HlsSegment => ({
  uri: `${number}.m4s`,
  mapUri: 'init-3.mp4',
  durationSeconds: 2,
  programDateTimeMs: startMs + number * 2000,
  ...more,
});
const segments = (count: number, first = 0): HlsSegment[] =>
  Array.from({ length: count }, (_, at) =>
    segment(first + at, at >= count - 2 ? { parts: partsOf(first + at) } : {}),
  );
const lowLatency = (next: number, open: number, more: Partial<HlsLowLatency> = {}): HlsLowLatency => ({
  partTargetSeconds: 0.534,
  partHoldBackSeconds: 1.25,
  canSkipUntilSeconds: 12,
  open: {
    mapUri: 'init-3.mp4',
    programDateTimeMs: startMs + next * 2000,
    parts: partsOf(next, open),
  },
  preloadHintUri: `${next}.${open}-3-1.m4s`,
  renditionReports: [{ uri: '../audio/playlist.m3u8', lastMsn: next, lastPart: 2 }],
  ...more,
});
const model = (
  listed: readonly HlsSegment[],
  low: HlsLowLatency,
  more: Partial<MediaPlaylistModel> = {},
): MediaPlaylistModel => ({
  targetDurationSeconds: 2,
  mediaSequence: Number.parseInt(listed[0]?.uri ?? '0', 10),
  discontinuitySequence: 0,
  ended: false,
  segments: listed,
  lowLatency: low,
  ...more,
});

function read(text: string) {
  const playlist = parseStrictly(text);
  if (playlist.isMasterPlaylist) throw new Error('not a media playlist');
  return playlist;
}

describe('mediaPlaylist in low latency', () => {
  test('is read back by an independent parser as it was meant, with nothing against the rules', () => {
    const playlist = read(mediaPlaylist(model(segments(4), lowLatency(4, 2))));
    expect(playlist).toMatchObject({
      version: 8,
      lowLatencyCompatibility: { canBlockReload: true, canSkipUntil: 12, partHoldBack: 1.25 },
      partTargetDuration: 0.534,
    });
    expect(playlist.segments.map(({ uri, parts }) => [uri, parts.map((part) => part.uri)])).toEqual([
      ['0.m4s', []],
      ['1.m4s', []],
      ['2.m4s', ['2.0-3-1.m4s', '2.1-3-1.m4s', '2.2-3-1.m4s', '2.3-3-1.m4s']],
      ['3.m4s', ['3.0-3-1.m4s', '3.1-3-1.m4s', '3.2-3-1.m4s', '3.3-3-1.m4s']],
      ['', ['4.0-3-1.m4s', '4.1-3-1.m4s', '4.2-3-1.m4s']],
    ]);
    expect(playlist.segments.at(-1)!.parts).toMatchObject([
      { duration: 0.5, independent: true, hint: false },
      { duration: 0.5, hint: false },
      { hint: true },
    ]);
    expect(playlist.renditionReports).toMatchObject([
      { uri: '../audio/playlist.m3u8', lastMSN: 4, lastPart: 2 },
    ]);
  });

  test('is read back by hls.js as it was meant', () => {
    const details = readByHlsJs(mediaPlaylist(model(segments(4, 10), lowLatency(14, 3))));
    expect(details).toMatchObject({
      canBlockReload: true,
      canSkipUntil: 12,
      partHoldBack: 1.25,
      partTarget: 0.534,
      startSN: 10,
      endSN: 13,
      lastPartSn: 14,
      lastPartIndex: 2,
    });
    expect(details.preloadHint).toMatchObject({ TYPE: 'PART', URI: '14.3-3-1.m4s' });
    expect(details.renditionReports).toMatchObject([
      { URI: '../audio/playlist.m3u8', 'LAST-MSN': '14', 'LAST-PART': '2' },
    ]);
    const open = details.partList!.slice(-3);
    expect(open.map(({ url, independent }) => [url, independent])).toEqual([
      [`${folder}14.0-3-1.m4s`, true],
      [`${folder}14.1-3-1.m4s`, false],
      [`${folder}14.2-3-1.m4s`, false],
    ]);
    expect(open[0]!.fragment.initSegment?.url).toBe(`${folder}init-3.mp4`);
    expect(details.partEnd).toBeCloseTo(9.5);
  });

  test('says what changes with a segment in front of its first part, open or whole', () => {
    const begins = { mapUri: 'init-3-1.mp4', discontinuity: true };
    const text = (whole: boolean): string => {
      const parts = partsOf(4, whole ? 4 : 1);
      const listed = [...segments(4), ...(whole ? [segment(4, { ...begins, parts })] : [])];
      const low = whole
        ? { open: { ...begins, discontinuity: false, programDateTimeMs: startMs + 10_000, parts: [] } }
        : { open: { ...begins, programDateTimeMs: startMs + 8000, parts } };
      return mediaPlaylist(model(listed, lowLatency(4, 1, low)));
    };
    const change = [
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-MAP:URI="init-3-1.mp4"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-22T12:00:08.250Z',
      '#EXT-X-PART:DURATION=0.50000,URI="4.0-3-1.m4s",INDEPENDENT=YES',
      '',
    ].join('\n');
    expect(text(false)).toContain(`3.m4s\n${change}#EXT-X-PRELOAD-HINT`);
    expect(text(true)).toContain(`3.m4s\n${change}#EXT-X-PART`);
    expect(read(text(false)).segments.at(-1)).toMatchObject({
      discontinuity: true,
      map: { uri: 'init-3-1.mp4' },
    });
  });

  test('marks parts that are missing', () => {
    const parts = partsOf(3).map((part) => ({ ...part, gap: true }));
    const listed = [segment(0), segment(1), segment(2), segment(3, { gap: true, parts })];
    const playlist = read(mediaPlaylist(model(listed, lowLatency(4, 1))));
    expect(playlist.segments[3]).toMatchObject({ gap: true, parts: Array(4).fill({ gap: true }) });
  });

  test('says nothing of an open segment without parts, but hints at its first', () => {
    const lines = mediaPlaylist(model(segments(4), lowLatency(4, 0))).split('\n');
    expect(lines.slice(lines.indexOf('3.m4s') + 1)).toEqual([
      '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="4.0-3-1.m4s"',
      '#EXT-X-RENDITION-REPORT:URI="../audio/playlist.m3u8",LAST-MSN=4,LAST-PART=2',
      '',
    ]);
  });

  test('promises nothing once it is over', () => {
    const ended = model(segments(4), lowLatency(4, 1, { delta: true }), { ended: true, type: 'VOD' });
    const text = mediaPlaylist({ ...ended, segments: Array.from({ length: 20 }, (_, at) => segment(at)) });
    expect(text).not.toMatch(/SERVER-CONTROL|PART|PRELOAD|REPORT|SKIP/);
    expect(read(text).endlist).toBe(true);
  });

  test('tells other players how far behind the end to stay', () => {
    const { lowLatency: _, ...standard } = model(segments(10), lowLatency(10, 0));
    const text = mediaPlaylist({ ...standard, segments: [segment(0)], holdBackSeconds: 16 });
    expect(text).toContain('#EXT-X-SERVER-CONTROL:HOLD-BACK=16\n');
    expect(readByHlsJs(text)).toMatchObject({ holdBack: 16, canBlockReload: false, canSkipUntil: 0 });
  });
});

describe('a delta update', () => {
  const discontinuous = segments(20).map((each, number) =>
    number === 5 || number === 15 ? { ...each, mapUri: `init-3-${number}.mp4`, discontinuity: true } : each,
  );
  for (let number = 6; number < 20; number++) {
    discontinuous[number] = { ...discontinuous[number]!, mapUri: `init-3-${number < 15 ? 5 : 15}.mp4` };
  }
  const text = (through: number, open: number, delta: boolean): string => {
    const listed = discontinuous.slice(0, through + 1).map((each) => {
      const number = Number.parseInt(each.uri, 10);
      const { parts: _, ...bare } = each;
      return number > through - 2 ? { ...bare, parts: partsOf(number) } : bare;
    });
    const { mapUri } = discontinuous[through + 1]!;
    const begins = discontinuous[through + 1]?.discontinuity ? { discontinuity: true } : {};
    const parts = partsOf(through + 1, open);
    const at = { mapUri, programDateTimeMs: startMs + (through + 1) * 2000, parts, ...begins };
    return mediaPlaylist(model(listed, lowLatency(through + 1, open, { delta, open: at })));
  };

  test('replaces the segments that end further from the end than the skip boundary, and no other tag', () => {
    const whole = text(17, 2, false).split('\n');
    const delta = text(17, 2, true).split('\n');
    // The end is 37 s; 24 s, where segment 11 ends, is 13 s before it. Segment 12 ends 11 s before it.
    expect(delta.slice(0, delta.indexOf('12.m4s') + 1)).toEqual([
      ...whole
        .slice(0, whole.indexOf('#EXT-X-INDEPENDENT-SEGMENTS') + 1)
        .map((line) => line.replace('VERSION:8', 'VERSION:9')),
      '#EXT-X-SKIP:SKIPPED-SEGMENTS=12',
      '#EXT-X-MAP:URI="init-3-5.mp4"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-22T12:00:24.250Z',
      '#EXTINF:2.00000,',
      '12.m4s',
    ]);
    expect(delta.slice(delta.indexOf('12.m4s') + 1)).toEqual(whole.slice(whole.indexOf('12.m4s') + 1));
    expect(read(delta.join('\n'))).toMatchObject({ version: 9, skip: 12 });
  });

  test('keeps a segment whose end is exactly at the boundary', () => {
    const skipped = (open: number): string | undefined =>
      /SKIPPED-SEGMENTS=(\d+)/.exec(text(9, open, true))?.[1];
    // The end is 20 s, so segment 3 ends 12 s before it.
    expect(skipped(0)).toBe('3');
    expect(skipped(1)).toBe('4');
  });

  test('is the whole playlist while that is shorter than the boundary', () => {
    expect(text(6, 0, true)).toBe(text(6, 0, false));
    expect(text(6, 0, true)).toContain('#EXT-X-VERSION:8\n');
  });

  test('leaves hls.js with the same as the whole playlist does', () => {
    const steps = Array.from({ length: 10 }, (_, at) => [8 + at, 0] as const).flatMap(([through]) =>
      [0, 1, 2, 3].map((open) => [through, open] as const),
    );
    for (let at = 1; at < steps.length; at++) {
      const [first, ...later] = steps.slice(0, at + 1);
      const byDeltas = reloadedByHlsJs([
        text(first![0], first![1], false),
        ...later.map(([through, open]) => text(through, open, true)),
      ]);
      const [through, open] = steps[at]!;
      const whole = heldByHlsJs(readByHlsJs(text(through, open, false)));
      expect(heldByHlsJs(byDeltas)).toEqual(whole);
    }
  });

  test('can be skipped over by a player that missed some of them', () => {
    const late = reloadedByHlsJs([text(10, 1, false), text(15, 3, true)]);
    expect(heldByHlsJs(late)).toEqual(heldByHlsJs(readByHlsJs(text(15, 3, false))));
  });
});
