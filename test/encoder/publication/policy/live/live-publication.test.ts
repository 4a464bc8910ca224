import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Part } from '../../../../../lib/encoder/encoding/policy/segmenting/part.ts';
import type { SegmentGroup } from '../../../../../lib/encoder/encoding/policy/segmenting/segment-groups.ts';
import type { Segment } from '../../../../../lib/encoder/encoding/policy/segmenting/segmenter.ts';
import type { TrackHeader } from '../../../../../lib/encoder/policy/track-header.ts';
import { lowLatencyPlaylistModel } from '../../../../../lib/encoder/publication/policy/hls/low-latency-hls.ts';
import { LivePublication } from '../../../../../lib/encoder/publication/policy/live/live-publication.ts';
import { Publication } from '../../../../../lib/encoder/publication/policy/publication.ts';
import { readIndexMarks } from '../../../../../lib/encoder/publication/policy/recovery/index-marks.ts';
import { mediaPlaylist } from '../../../../../lib/packaging/hls/media.ts';
import type { BroadcastId, StreamId } from '../../../../../lib/routing/ids.ts';

const video = (height: number, init = `init ${height}`): TrackHeader => ({
  kind: 'video',
  timescale: 90_000,
  init: Buffer.from(init),
  codecs: 'avc1.64001F',
  bitrateBps: height * 3000,
  width: (height * 16) / 9,
  height,
  frameRate: 30,
});
const audio: TrackHeader = {
  kind: 'audio',
  timescale: 48_000,
  init: Buffer.from('init audio'),
  codecs: 'mp4a.40.2',
  bitrateBps: 128_000,
  sampleRate: 48_000,
  channels: 2,
};
const full = new Map<string, TrackHeader>([
  ['720p', video(720)],
  ['360p', video(360)],
  ['audio', audio],
]);
const shed = new Map([...full].slice(1));
const camera = new Map(full).set('720p', video(720, 'another'));

const part = (id: string, number: number, index: number, run = 1): Part => {
  const { timescale } = full.get(id)!;
  const durationTicks = timescale / 2;
  const startTicks = number * 2 * timescale + index * durationTicks;
  const independent = id === 'audio' || index === 0;
  return {
    run,
    number,
    index,
    startTicks,
    durationTicks,
    independent,
    bytes: 3,
    chunk: [Buffer.from('any')],
  };
};
const groupOf = (number: number, headers: ReadonlyMap<string, TrackHeader>, run = 1): SegmentGroup => ({
  number,
  run,
  segments: new Map(
    [...headers].map(([id, { timescale }]): [string, Segment] => {
      const opening = { data: Buffer.from('first'), durationTicks: 3000, keyframe: true };
      const times = { startTicks: number * 2 * timescale, durationTicks: 2 * timescale };
      return [id, { number, ...times, samples: 60, bytes: 1000, chunks: [[Buffer.from('any')]], opening }];
    }),
  ),
});

function make(windowSegments = 100, latency: 'low' | 'standard' = 'low') {
  const options = {
    ...{ region: 'local', streamId: 's' as StreamId, broadcastId: 'b' as BroadcastId, epoch: 3 },
    ...{ windowSegments, utcTimingUrl: '/time', latency, partMs: 500 },
  };
  const publication = new Publication({ ...options, startedAtMs: 1_000_000 });
  const clock = { wallMs: 1_010_000, reads: 0 };
  const view = new LivePublication(options, () => {
    clock.reads++;
    return clock.wallMs;
  });
  view.begin(publication);
  /** All parts of a number up to `count`, of all renditions. */
  const parts = (
    number: number,
    count: number,
    headers: ReadonlyMap<string, TrackHeader> = full,
    run = 1,
  ): void => {
    for (let index = 0; index < count; index++)
      for (const id of headers.keys()) publication.part(id, part(id, number, index, run), headers);
  };
  const store = (number: number, headers: ReadonlyMap<string, TrackHeader> = full, run = 1): boolean =>
    publication.prepareGroup(groupOf(number, headers, run), headers).commit();
  return { publication, view, clock, parts, store };
}

/** The lines of a playlist that say what there is, without the rest. */
const marks = (text: string | undefined): string =>
  (text ?? '')
    .split('\n')
    .filter((line) => /^\d|^\.\.|^#EXT-X-(PART:|DISCONTINUITY$|GAP|PRELOAD|SKIP|ENDLIST)/.test(line))
    .map((line) => /URI="([^"]*)"/.exec(line)?.[1] ?? line.replace('#EXT-X-', ''))
    .join(' ');

describe('What viewers of a broadcast are told', () => {
  test('is nothing before there is anything', () => {
    const { view } = make();
    expect(view.renditions).toEqual([]);
    expect(view.position('720p')).toBeUndefined();
    expect(view.mediaPlaylist('720p', false)).toBeUndefined();
    expect(view.index('stream')).toBeUndefined();
    expect(view.manifest('broadcast')).toBeUndefined();
    expect(view.nextPart('720p')).toBeUndefined();
  });

  test('is each part as soon as it is there, though nothing is stored', () => {
    const { view, publication } = make();
    publication.part('720p', part('720p', 0, 0), full);
    expect(view.renditions).toEqual(['720p', '360p', 'audio']);
    expect(marks(view.mediaPlaylist('720p', false))).toBe('0.0-3-1.m4s 0.1-3-1.m4s');
    expect(view.position('720p')).toEqual({ msn: 0, part: 0 });
    expect(view.position('360p')).toBeUndefined();
    expect(view.nextPart('720p')).toMatchObject({ number: 0, index: 1, run: 1 });
    expect(view.nextPart('360p')).toMatchObject({ number: 0, index: 0, run: 1 });
    expect(view.init('360p', 'init-3.mp4')?.toString()).toBe('init 360');
    expect(view.index('stream')).toContain('b/720p/playlist.m3u8');
    expect(view.manifest('broadcast')).toContain('availabilityTimeComplete="false"');
    publication.part('720p', part('720p', 0, 1), full);
    expect(marks(view.mediaPlaylist('720p', false))).toBe('0.0-3-1.m4s 0.1-3-1.m4s 0.2-3-1.m4s');
    expect(publication.started).toBe(false);
  });

  test('is a segment once the store has it, with its parts, and no part behind it before', () => {
    const { view, publication, parts, store } = make();
    parts(0, 4);
    const complete = groupOf(0, full);
    publication.complete(complete, full, 5000);
    parts(1, 1);
    expect(marks(view.mediaPlaylist('audio', false))).toBe(
      '0.0-3-1.m4s 0.1-3-1.m4s 0.2-3-1.m4s 0.3-3-1.m4s 1.0-3-1.m4s',
    );
    expect(view.mediaPlaylist('audio', false)).not.toContain('#EXTINF');
    expect(view.position('audio')).toEqual({ msn: 0, part: 3 });
    expect(publication.playlists(0)).toEqual([]);
    store(0);
    expect(marks(view.mediaPlaylist('audio', false))).toBe(
      '0.0-3-1.m4s 0.1-3-1.m4s 0.2-3-1.m4s 0.3-3-1.m4s 0.m4s 1.0-3-1.m4s 1.1-3-1.m4s',
    );
    expect(view.position('audio')).toEqual({ msn: 1, part: 0 });
  });

  test('is a segment 400 ms after it is complete at the latest, while the store names only what it has', () => {
    const { view, publication, parts, store } = make();
    parts(0, 4);
    store(0);
    parts(1, 4);
    publication.complete(groupOf(1, full), full, 5000);
    expect(publication.list(5399)).toBe(false);
    expect(view.position('720p')).toEqual({ msn: 1, part: 3 });
    expect(publication.list(5400)).toBe(true);
    expect(publication.list(5500)).toBe(false);
    expect(view.position('720p')).toEqual({ msn: 1 });
    expect(marks(view.mediaPlaylist('720p', false))).toMatch(/1\.m4s 2\.0-3-1\.m4s$/);
    const [stored] = publication.playlists(0);
    expect(marks(Buffer.concat(stored!.body).toString())).toBe('0.m4s');
  });

  test('is a gap where the store will never have a segment, in both alike', () => {
    const { view, publication, store } = make();
    store(0);
    publication.complete(groupOf(1, full), full, 0);
    publication.list(400);
    expect(marks(view.mediaPlaylist('720p', false))).toMatch(/^0\.m4s 1\.m4s/);
    publication.drop(1);
    store(2);
    const gap = '0.m4s GAP 1.m4s DISCONTINUITY 2.m4s';
    expect(marks(view.mediaPlaylist('720p', false))).toContain(gap);
    expect(marks(Buffer.concat(publication.playlists(0)[0]!.body).toString())).toBe(gap);
  });

  test('names init segments as the store does later, whatever becomes of the numbers between', () => {
    const { view, publication, parts, store } = make();
    store(0);
    parts(1, 4, camera);
    publication.complete(groupOf(1, camera), camera, 0);
    parts(2, 1);
    publication.list(400);
    const open = (): string | undefined =>
      /.*init.*(?=\n#EXT-X-PROGRAM.*\n#EXT-X-PART.*"2\.0)/.exec(view.mediaPlaylist('720p', false) ?? '')?.[0];
    expect(view.mediaPlaylist('720p', false)).toContain('init-3-1.mp4');
    expect(open()).toContain('"init-3.mp4"');
    publication.drop(1);
    store(2);
    expect(
      Buffer.concat(publication.playlists(0)[0]!.body)
        .toString()
        .match(/init[^"]*/g),
    ).toEqual(['init-3.mp4', 'init-3.mp4']);
    // What was given out stays what it is.
    const other = new Map(full).set('720p', video(720, 'a third'));
    parts(3, 1, other);
    expect(view.init('720p', 'init-3-2.mp4')?.toString()).toBe('a third');
  });

  test('has the parts of one run only: another one that makes the number again replaces them', () => {
    const { view, publication, parts } = make();
    parts(0, 3);
    parts(1, 1);
    publication.part('720p', part('720p', 0, 0, 2), full);
    expect(marks(view.mediaPlaylist('720p', false))).toBe('0.0-3-2.m4s 0.1-3-2.m4s');
    expect(view.position('720p')).toEqual({ msn: 0, part: 0 });
    expect(view.position('360p')).toBeUndefined();
    // The first one is late.
    publication.part('720p', part('720p', 0, 3, 1), full);
    publication.part('720p', part('720p', 0, 1, 2), full);
    expect(marks(view.mediaPlaylist('720p', false))).toBe('0.0-3-2.m4s 0.1-3-2.m4s 0.2-3-2.m4s');
  });

  test('goes on with a neighbour’s parts where a rendition is no longer made', () => {
    const { view, parts, store } = make();
    parts(0, 4);
    store(0);
    parts(1, 1, shed);
    expect(marks(view.mediaPlaylist('720p', false))).toMatch(
      /0\.m4s DISCONTINUITY \.\.\/360p\/1\.0-3-1\.m4s/,
    );
    expect(view.position('720p')).toEqual({ msn: 1, part: 0 });
  });

  test('is whole segments where players are to be told of no others', () => {
    const { view, publication, parts, store } = make(100, 'standard');
    parts(0, 4);
    expect(view.renditions).toEqual([]);
    store(0);
    expect(marks(view.mediaPlaylist('720p', true))).toBe('0.m4s');
    expect(view.mediaPlaylist('720p', false)).not.toMatch(/PART|SERVER-CONTROL/);
    expect(view.position('720p')).toEqual({ msn: 0 });
    expect(view.nextPart('720p')).toBeUndefined();
    expect(view.manifest('stream')).toContain('<SegmentTimeline>');
    publication.complete(groupOf(1, full), full, 0);
    publication.list(400);
    expect(view.position('720p')).toEqual({ msn: 1 });
  });

  test('has captions from the picture on that has the first of them, and so has the store, which tells another worker', () => {
    const { publication, view, parts, store } = make();
    store(0);
    parts(1, 1);
    expect([view.index('broadcast'), view.manifest('broadcast')].join()).not.toMatch(
      /CAPTIONS|Accessibility/,
    );
    expect([publication.captions('CC1'), publication.captions('CC1')]).toEqual([true, false]);
    expect(view.index('broadcast')).toContain('INSTREAM-ID="CC1"');
    expect(view.manifest('stream')).toContain('value="CC1=und"');
    expect([store(1), store(2)]).toEqual([true, false]);
    const [objects] = publication.manifests(1_020_000);
    const index = Buffer.concat(objects.find(({ key }) => key.endsWith('index.m3u8'))!.body).toString();
    expect(readIndexMarks(index).captions).toEqual(['CC1']);
    publication.end();
    expect(view.manifest('broadcast')).toContain('value="CC1=und"');
  });

  test('names captions of the new kind until there are some of the old, which say the same', () => {
    const { publication, view, store } = make();
    store(0);
    publication.captions('SERVICE1');
    expect(view.index('broadcast')).toContain('INSTREAM-ID="SERVICE1"');
    expect(view.manifest('broadcast')).toContain('value="1=lang:und"');
    publication.captions('CC1');
    expect(view.index('broadcast')).toContain('INSTREAM-ID="CC1"');
    expect([view.index('broadcast'), view.manifest('broadcast')].join()).not.toMatch(/SERVICE|708/);
  });

  test('is the recording after the end', () => {
    const { view, publication, parts, store } = make();
    parts(0, 4);
    store(0);
    expect(view.ended).toBe(false);
    publication.end();
    expect(view.ended).toBe(true);
    expect(marks(view.mediaPlaylist('720p', true))).toBe('0.m4s ENDLIST');
    expect(view.manifest('stream')).toContain('type="static"');
    expect(view.nextPart('720p')).toBeUndefined();
  });

  test('keeps pictures that join sound from viewers until all of it has pictures', () => {
    const { view, publication, parts, store } = make();
    const sound = new Map([...full].slice(2));
    parts(0, 4, sound);
    store(0, sound);
    parts(1, 4);
    store(1);
    parts(2, 2);
    publication.complete(groupOf(2, full), full, 0);
    publication.list(400);
    expect(view.renditions).toEqual(['audio']);
    publication.stills()?.commit();
    expect(view.renditions).toEqual(['720p', '360p', 'audio']);
    expect(marks(view.mediaPlaylist('720p', false))).not.toContain('GAP');
    expect(marks(view.mediaPlaylist('720p', false))).toMatch(/0\.m4s .*1\.m4s .*2\.m4s/);
  });
});

/** Each segment and part with the init segment that applies to it. */
function read(text: string): string[] {
  let map = '';
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('#EXT-X-MAP')) map = line;
    return /^#EXT-X-(MAP|PROGRAM-DATE-TIME)/.test(line) ? [] : [`${line} ${map}`];
  });
}

describe('A playlist that is put together of cached lines', () => {
  test('says the same as one that is made anew, whatever comes', () => {
    const what = fc.constantFrom('whole', 'shed', 'camera', 'gap', 'late', 'dropped', 'asked');
    fc.assert(
      fc.property(
        fc.array(what, { maxLength: 60 }),
        fc.integer({ min: 1, max: 30 }),
        (steps, windowSegments) => {
          const { view, publication, parts, store, clock } = make(windowSegments);
          let number = 0;
          const check = (): void => {
            const live = publication.liveState(clock.wallMs);
            if (!live?.tail) return;
            for (const id of view.renditions) {
              const cached = view.mediaPlaylist(id, false);
              if (cached === undefined) continue;
              const { state, tail } = live;
              expect(read(cached)).toEqual(
                read(mediaPlaylist(lowLatencyPlaylistModel(state, tail, id, { skip: false }))),
              );
              const delta = view.mediaPlaylist(id, true);
              expect(delta).toBe(mediaPlaylist(lowLatencyPlaylistModel(state, tail, id, { skip: true })));
            }
          };
          for (const step of steps) {
            const headers = step === 'shed' ? shed : step === 'camera' ? camera : full;
            if (step === 'asked') check();
            else if (step !== 'gap') {
              parts(number, 4, headers);
              publication.complete(groupOf(number, headers), headers, number * 2000);
              publication.list(number * 2000);
              if (step === 'dropped') publication.drop(number);
              else if (step !== 'late') store(number, headers);
            }
            if (step !== 'asked') number++;
          }
          parts(number, 2);
          check();
        },
      ),
      { numRuns: 60 },
    );
  });

  test('is made once for each version, however many ask', () => {
    const { view, publication, parts, store, clock } = make();
    parts(0, 4);
    store(0);
    parts(1, 1);
    const texts = (): unknown[] => [
      view.manifest('stream'),
      view.index('stream'),
      view.mediaPlaylist('720p', false),
    ];
    const first = texts();
    const { reads } = clock;
    clock.wallMs += 500;
    expect(texts()).toEqual(first);
    expect(clock.reads).toBe(reads);
    publication.part('720p', part('720p', 1, 1), full);
    expect(view.manifest('stream')).toBe(first[0]);
    expect(view.mediaPlaylist('720p', false)).not.toBe(first[2]);
  });
});
