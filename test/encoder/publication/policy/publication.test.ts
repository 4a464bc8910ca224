import { describe, expect, test } from '@jest/globals';
import { XMLParser } from 'fast-xml-parser';
import type { SegmentGroup } from '../../../../lib/encoder/encoding/policy/segmenting/segment-groups.ts';
import type { Segment } from '../../../../lib/encoder/encoding/policy/segmenting/segmenter.ts';
import type { TrackHeader } from '../../../../lib/encoder/policy/track-header.ts';
import { Publication } from '../../../../lib/encoder/publication/policy/publication.ts';
import type { RestoredPublication } from '../../../../lib/encoder/publication/policy/recovery/restore.ts';
import { Rendition } from '../../../../lib/encoder/publication/policy/rendition.ts';
import type { BroadcastId, StreamId } from '../../../../lib/routing/ids.ts';

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

const segment = (number: number, timescale: number): Segment => ({
  number,
  startTicks: number * 2 * timescale,
  durationTicks: 2 * timescale,
  samples: 60,
  bytes: 1000,
  chunks: [[Buffer.from(`segment ${number}`)]],
});
const group = (number: number, headers: ReadonlyMap<string, TrackHeader>): SegmentGroup => ({
  number,
  run: 1,
  segments: new Map([...headers].map(([id, { timescale }]) => [id, segment(number, timescale)])),
});

const make = (
  windowSegments = 100,
  restored?: RestoredPublication,
  latency: 'low' | 'standard' = 'low',
  liveOrigin = true,
): Publication =>
  new Publication(
    {
      region: 'local',
      streamId: 's' as StreamId,
      broadcastId: 'b' as BroadcastId,
      epoch: 3,
      startedAtMs: 1_000_000,
      windowSegments,
      utcTimingUrl: '/time',
      latency,
      liveOrigin,
    },
    restored,
  );

function add(publication: Publication, number: number, headers: ReadonlyMap<string, TrackHeader>): boolean {
  return publication.prepareGroup(group(number, headers), headers).commit();
}

const playlist = (publication: Publication, id: string): string => {
  const found = publication.playlists(1_010_000).find(({ key }) => key === `local/s/b/${id}/playlist.m3u8`);
  return Buffer.concat(found!.body).toString();
};
const manifest = (publication: Publication): { text: string; mpd: Record<string, unknown> } => {
  const [own] = publication.manifests(1_010_000);
  const text = Buffer.concat(own.find(({ key }) => key.endsWith('.mpd'))!.body).toString();
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' });
  return { text, mpd: (parser.parse(text) as { MPD: Record<string, unknown> }).MPD };
};
/** Writes what pictures that joined sound still miss, as a writer does: once after each group, or to the end. */
function addStills(publication: Publication, times = Number.POSITIVE_INFINITY): string[] {
  const keys: string[] = [];
  for (let left = times; left > 0; left--) {
    const step = publication.stills();
    if (!step) break;
    keys.push(...step.objects.map(({ key }) => key));
    step.commit();
  }
  return keys;
}

/** Segment lines with the marks before them, without what every playlist has. */
const marks = (text: string): string =>
  text
    .split('\n')
    .filter((line) => /m4s|DISCONTINUITY$|MAP|GAP/.test(line))
    .map((line) => line.replace('#EXT-X-', ''))
    .join(' ');

describe('Where there are no live origins, a publication', () => {
  const without = (): Publication => make(100, undefined, 'standard', false);

  test('has its playlists due with each segment, because players read no others', () => {
    const due = [without(), make()].map((publication) =>
      [0, 1, 2, 3, 4, 5].filter((number) => {
        add(publication, number, full);
        const isDue = publication.playlistsDue;
        if (isDue) publication.written();
        return isDue;
      }),
    );
    expect(due).toEqual([
      [0, 1, 2, 3, 4, 5],
      [0, 5],
    ]);
  });

  test('holds nobody back for playlists that would come late', () => {
    const [held, not] = [make(), without()].map((publication) => {
      add(publication, 0, full);
      return [playlist(publication, '720p'), manifest(publication).mpd.suggestedPresentationDelay];
    });
    expect(held).toEqual([expect.stringContaining('HOLD-BACK=16'), 'PT16S']);
    expect(not).toEqual([expect.not.stringContaining('HOLD-BACK'), 'PT5S']);
  });
});

describe('A publication', () => {
  test('writes init segments once, segments once, and reports when the manifests change', () => {
    const publication = make();
    const media = publication.media(group(0, full)).map(({ object }) => object);
    expect(media.map(({ key }) => key)).toEqual([
      'local/s/b/720p/0.m4s',
      'local/s/b/360p/0.m4s',
      'local/s/b/audio/0.m4s',
    ]);
    const first = publication.prepareGroup(group(0, full), full);
    expect(first.objects.map(({ key }) => key)).toEqual([
      'local/s/b/720p/init-3.mp4',
      'local/s/b/360p/init-3.mp4',
      'local/s/b/audio/init-3.mp4',
    ]);
    expect([...media, ...first.objects].every(({ how }) => how === 'once')).toBe(true);
    expect(media[0]?.cacheControl).toContain('immutable');
    expect(first.commit()).toBe(true);
    const second = publication.prepareGroup(group(1, full), full);
    expect(second.objects).toEqual([]);
    expect(second.commit()).toBe(false);
  });

  test('continues with the next rung if one was shed: marked in HLS, a continuing period in DASH', () => {
    const publication = make();
    add(publication, 0, full);
    add(publication, 1, full);
    expect(add(publication, 2, shed)).toBe(true);
    add(publication, 3, shed);
    expect(marks(playlist(publication, '720p'))).toBe(
      'MAP:URI="init-3.mp4" 0.m4s 1.m4s DISCONTINUITY MAP:URI="../360p/init-3.mp4" ../360p/2.m4s ../360p/3.m4s',
    );
    expect(marks(playlist(publication, 'audio'))).toBe(
      'MAP:URI="init-3.mp4" 0.m4s 1.m4s DISCONTINUITY MAP:URI="init-3.mp4" 2.m4s 3.m4s',
    );
    const [live] = publication.manifests(0);
    expect(Buffer.concat(live[0]!.body).toString()).not.toContain('720p/playlist.m3u8');
    const { mpd, text } = manifest(publication);
    expect(mpd.Period).toMatchObject([
      { id: 'p0', start: 'PT0S' },
      { id: 'p2', start: 'PT4S' },
    ]);
    expect(text).toContain('period-continuity');
    publication.end();
    const [recording] = publication.manifests(0);
    expect(Buffer.concat(recording[0]!.body).toString()).toContain('720p/playlist.m3u8');
  });

  test('takes a rung back that was shed, with the init segments of before: marked in HLS, a continuing period in DASH', () => {
    const publication = make();
    const other = new Map(full).set('720p', video(720, 'of the camera before'));
    add(publication, 0, other);
    add(publication, 1, full);
    add(publication, 2, shed);
    add(publication, 3, shed);
    const { objects, commit } = publication.prepareGroup(group(4, full), full);
    expect(objects).toEqual([]);
    expect(commit()).toBe(true);
    expect(add(publication, 5, full)).toBe(false);
    expect(marks(playlist(publication, '720p')).split(' DISCONTINUITY ').slice(1)).toEqual([
      'MAP:URI="init-3-1.mp4" 1.m4s',
      'MAP:URI="../360p/init-3-1.mp4" ../360p/2.m4s ../360p/3.m4s',
      'MAP:URI="init-3-1.mp4" 4.m4s 5.m4s',
    ]);
    expect(playlist(publication, '360p').match(/^\d+\.m4s/gm)).toHaveLength(6);
    const [live] = publication.manifests(0);
    expect(Buffer.concat(live[0]!.body).toString()).toContain('720p/playlist.m3u8');
    const { mpd, text } = manifest(publication);
    const sets = (mpd.Period as { AdaptationSet: { Representation: object }[] }[]).map(({ AdaptationSet }) =>
      AdaptationSet.map(({ Representation }) => [Representation].flat().length),
    );
    expect(sets).toEqual([
      [2, 1],
      [2, 1],
      [1, 1],
      [2, 1],
    ]);
    // Both sets of the last two periods continue; the 720p pictures of the first one were other ones.
    expect(text.match(/period-continuity[^>]*value="[^"]*"/g)?.map((each) => each.slice(-4))).toEqual([
      '"p1"',
      '"p1"',
      '"p2"',
      '"p2"',
    ]);
  });

  test('names init segments anew where only some of them were stored before', () => {
    const publication = make();
    add(publication, 0, shed);
    const { objects } = publication.prepareGroup(group(1, full), full);
    expect(objects.map(({ key }) => key)).toContain('local/s/b/720p/init-3-1.mp4');
  });

  test('gives init segments new names if their bytes change, and old ones keep theirs', () => {
    const publication = make();
    add(publication, 0, full);
    const other = new Map(full).set('720p', video(720, 'another'));
    const change = publication.prepareGroup(group(1, other), other);
    expect(change.objects.map(({ key }) => key).filter((key) => key.includes('init'))).toEqual([
      'local/s/b/720p/init-3-1.mp4',
      'local/s/b/360p/init-3-1.mp4',
      'local/s/b/audio/init-3-1.mp4',
    ]);
    change.commit();
    expect(marks(playlist(publication, '720p'))).toBe(
      'MAP:URI="init-3.mp4" 0.m4s DISCONTINUITY MAP:URI="init-3-1.mp4" 1.m4s',
    );
    expect(manifest(publication).text).not.toContain('period-continuity');
  });

  test('marks a gap: gap segments in HLS, a bounded and a new period in DASH', () => {
    const publication = make();
    add(publication, 0, full);
    add(publication, 3, full);
    expect(marks(playlist(publication, 'audio'))).toBe(
      'MAP:URI="init-3.mp4" 0.m4s GAP 1.m4s GAP 2.m4s DISCONTINUITY MAP:URI="init-3.mp4" 3.m4s',
    );
    const { mpd } = manifest(publication);
    expect(mpd.Period).toMatchObject([
      { id: 'p0', start: 'PT0S', duration: 'PT2S' },
      { id: 'p3', start: 'PT6S' },
    ]);
  });

  test('names in DASH the segments that exist, from the first in the window, and none still to come', () => {
    const publication = make(2, undefined, 'standard');
    for (let number = 0; number < 4; number++) add(publication, number, full);
    const partial = group(4, full);
    const late = { ...partial, segments: new Map([...partial.segments].slice(1)) };
    publication.prepareGroup(late, full).commit();
    const { text } = manifest(publication);
    const timelines = [...text.matchAll(/startNumber="(\d+)".*?<SegmentTimeline>(.*?)<\/SegmentTimeline>/g)];
    expect(timelines.map(([, start]) => start)).toEqual(['2', '2']);
    const [videos, sounds] = timelines.map(([, , runs]) => runs);
    // The video set lacks one rendition's segment 4; the sound has it.
    expect(videos).toBe('<S t="360000" d="180000" r="1"/>');
    expect(sounds).toBe('<S t="192000" d="96000" r="2"/>');
  });

  test('forgets a group that was never written', () => {
    const publication = make();
    add(publication, 0, full);
    publication.prepareGroup(group(1, full), full);
    add(publication, 2, full);
    expect(marks(playlist(publication, '360p'))).toContain('GAP 1.m4s DISCONTINUITY');
  });

  test('slides its window while live and contains everything once ended', () => {
    const publication = make(2);
    for (let number = 0; number < 5; number++) add(publication, number, full);
    expect(playlist(publication, '360p')).toContain('#EXT-X-MEDIA-SEQUENCE:3');
    expect(manifest(publication).mpd).toMatchObject({ type: 'dynamic', timeShiftBufferDepth: 'PT4S' });
    publication.end();
    const text = playlist(publication, '360p');
    expect(text).toContain('#EXT-X-MEDIA-SEQUENCE:0');
    expect(text).toContain('#EXT-X-ENDLIST');
    expect(manifest(publication).mpd).toMatchObject({ type: 'static', mediaPresentationDuration: 'PT10S' });
  });

  test('fixes its start time at the first publication', () => {
    const publication = make();
    add(publication, 0, full);
    const start = (nowMs: number): string => {
      const [own] = publication.manifests(nowMs);
      return /availabilityStartTime="([^"]+)"/.exec(Buffer.concat(own[1]!.body).toString())![1]!;
    };
    const first = start(1_002_400);
    // Segment 0 is there, so it must count as available soon after, and not before.
    const claimed = Date.parse(first) + 2000;
    expect(claimed).toBeGreaterThanOrEqual(1_002_400);
    expect(claimed).toBeLessThan(1_004_400);
    add(publication, 1, full);
    expect(start(1_009_000)).toBe(first);
  });

  test('states in a recording the rates that were measured, segments of neighbours included', () => {
    const publication = make();
    add(publication, 0, full);
    add(publication, 1, shed);
    const sized = (bytes: number) => ({ ...segment(2, 90_000), bytes });
    const last = group(2, full);
    const segments = new Map(last.segments).set('720p', sized(4000)).set('360p', sized(500));
    publication.prepareGroup({ ...last, segments }, full).commit();
    publication.end();
    const [own] = publication.manifests(0);
    const index = Buffer.concat(own[0]!.body).toString();
    const rates = [...index.matchAll(/:BANDWIDTH=(\d+),AVERAGE-BANDWIDTH=(\d+).*\n(.*)/g)];
    // Each with the sound's 4000 bits a second added; 720p: 1000, then 1000 of 360p's, then 4000 bytes in 2 s each.
    expect(rates.map(([, peak, average, uri]) => [uri, peak, average])).toEqual([
      ['720p/playlist.m3u8', '20000', '12000'],
      ['360p/playlist.m3u8', '8000', '7334'],
    ]);
    const { text } = manifest(publication);
    const bandwidths = [...text.matchAll(/Representation id="(\w+)".*? bandwidth="(\d+)"/g)];
    expect(new Set(bandwidths.map(([, id, bandwidth]) => `${id} ${bandwidth}`))).toEqual(
      new Set(['720p 16000', '360p 4000', 'audio 4000']),
    );
  });

  test('ends a recording with the last number that every rendition has', () => {
    const publication = make();
    add(publication, 0, full);
    const last = group(1, full);
    const partial = { ...last, segments: new Map([...last.segments].slice(1)) };
    publication.prepareGroup(partial, full).commit();
    publication.end();
    expect(manifest(publication).mpd).toMatchObject({ mediaPresentationDuration: 'PT2S' });
  });
});

describe('A publication that another worker continues', () => {
  const left = (): RestoredPublication => ({
    startedAtMs: 1_000_000,
    availabilityStartMs: 1_000_700,
    renditions: [...full].map(([id, header]) => {
      const rendition = new Rendition(id, header);
      rendition.note(0, { startTicks: 0, durationTicks: 2 * header.timescale, bytes: 0 });
      return rendition;
    }),
    periods: [{ fromNumber: 0, toNumber: 0, initName: 'init-2-1.mp4', continues: false, headers: full }],
    nextNumber: 1,
    nextListed: 1,
  });

  test('is identical if its encoder makes the same', () => {
    const publication = make(100, left());
    const { objects } = publication.prepareGroup(group(1, full), full);
    expect(objects.filter(({ key }) => key.includes('init'))).toEqual([]);
    add(publication, 1, full);
    expect(playlist(publication, '720p')).not.toContain('DISCONTINUITY\n');
    expect(playlist(publication, '720p').match(/MAP:URI="[^"]*"/g)).toEqual(['MAP:URI="init-2-1.mp4"']);
  });

  test('has a discontinuity and its own init segments if its encoder makes other codec parameters', () => {
    const publication = make(100, left());
    const other = new Map(full).set('720p', video(720, 'of another encoder'));
    const { objects, commit } = publication.prepareGroup(group(1, other), other);
    expect(objects.map(({ key }) => key)).toContain('local/s/b/720p/init-3.mp4');
    commit();
    const text = playlist(publication, '720p');
    expect(text).toMatch(/0\.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="init-3\.mp4"/);
    expect(manifest(publication).text.match(/<Period /g)).toHaveLength(2);
  });

  test('names the existing init segments, even after a gap', () => {
    const publication = make(100, left());
    const { objects } = publication.prepareGroup(group(4, full), full);
    expect(objects.filter(({ key }) => key.includes('init'))).toEqual([]);
    add(publication, 4, full);
    const text = playlist(publication, '720p');
    expect(text).toContain('DISCONTINUITY\n');
    expect(new Set(text.match(/init[^"]*/g))).toEqual(new Set(['init-2-1.mp4']));
  });
});

describe('sound alone', () => {
  const alone = new Map([...full].slice(2));
  /** A group whose pictures begin `lateMs` after the grid. */
  const withPictures = (number: number, lateMs = 0): SegmentGroup => {
    const { segments, ...rest } = group(number, full);
    const opened = [...segments].map(([id, each]): [string, Segment] => {
      const opening = { data: Buffer.from('first picture'), durationTicks: 3000, keyframe: true };
      const startTicks = each.startTicks + lateMs * 90;
      return [id, id === 'audio' ? each : { ...each, startTicks, opening }];
    });
    return { ...rest, segments: new Map(opened) };
  };
  const join = (publication: Publication, number: number, lateMs = 0): boolean =>
    publication.prepareGroup(withPictures(number, lateMs), full).commit();

  test('is a variant of its own in HLS and the only set in DASH', () => {
    const publication = make();
    add(publication, 0, alone);
    const [own] = publication.manifests(1_010_000);
    const index = Buffer.concat(own.find(({ key }) => key.endsWith('index.m3u8'))!.body).toString();
    expect(index).toMatch(
      /#EXT-X-STREAM-INF:BANDWIDTH=\d+,AVERAGE-BANDWIDTH=\d+,CODECS="mp4a.40.2"\naudio\/playlist.m3u8/,
    );
    expect(index).not.toMatch(/RESOLUTION|EXT-X-MEDIA|avc1/);
    expect(manifest(publication).text.match(/contentType="[^"]*"/g)).toEqual(['contentType="audio"']);
  });

  test('is joined by pictures that have a segment for every number from the first on, and nothing is marked', () => {
    const publication = make(100, undefined, 'standard');
    for (let number = 0; number < 3; number++) add(publication, number, alone);
    expect(join(publication, 3, 80)).toBe(false);
    // Nothing names them before all of it is stored.
    expect(manifest(publication).text).not.toContain('avc1');
    const keys = addStills(publication);
    expect(keys.filter((key) => key.endsWith('.m4s')).sort()).toEqual(
      ['360p', '720p'].flatMap((id) => [0, 1, 2].map((number) => `local/s/b/${id}/${number}.m4s`)),
    );
    expect(keys).toContain('local/s/b/720p/init-3.mp4');
    expect(add(publication, 4, full)).toBe(false);
    for (const id of ['720p', '360p', 'audio'])
      expect(playlist(publication, id).match(/^\d+\.m4s|EXT-X-(DISCONTINUITY$|GAP)/gm)).toEqual(
        [0, 1, 2, 3, 4].map((number) => `${number}.m4s`),
      );
    const { text } = manifest(publication);
    expect(text.match(/<Period /g)).toHaveLength(1);
    // The stills end where the first picture begins.
    expect(text).toContain(`<S t="${80 * 90}" d="180000" r="3"/>`);
  });

  test('goes on as it was while much has to be filled, a part with each group, or all at the end', () => {
    const publication = make(1000);
    for (let number = 0; number < 120; number++) add(publication, number, alone);
    join(publication, 120);
    expect(addStills(publication, 1)).toHaveLength(100);
    expect(manifest(publication).text).not.toContain('avc1');
    join(publication, 121);
    const rest = addStills(publication).filter((key) => key.endsWith('.m4s'));
    expect(rest).toHaveLength(140);
    expect(rest).not.toContain('local/s/b/720p/120.m4s');
    expect(playlist(publication, '720p').match(/^\d+\.m4s/gm)).toHaveLength(122);
    expect(playlist(publication, '720p')).not.toContain('GAP');
  });
});
