import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openDiskObjectStore } from '../../../lib/adapters/local/disk/disk-object-store.ts';
import type { BroadcastRecord } from '../../../lib/control-store/records.ts';
import type { SegmentGroup } from '../../../lib/encoder/encoding/policy/segmenting/segment-groups.ts';
import type { Segment } from '../../../lib/encoder/encoding/policy/segmenting/segmenter.ts';
import type { TrackHeader } from '../../../lib/encoder/policy/track-header.ts';
import type { ObjectWrite } from '../../../lib/encoder/publication/policy/object-write.ts';
import { Publication } from '../../../lib/encoder/publication/policy/publication.ts';
import type { RestoredPublication } from '../../../lib/encoder/publication/policy/recovery/restore.ts';
import { recoverPublication } from '../../../lib/encoder/publication/recover-publication.ts';
import type { ObjectStore } from '../../../lib/object-store/ports.ts';
import { mediaChunk } from '../../../lib/packaging/cmaf/chunk.ts';
import type { BroadcastId, MemberId, StreamId } from '../../../lib/routing/ids.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';

const video = (height: number, init: string): TrackHeader => ({
  kind: 'video',
  timescale: 90_000,
  init: Buffer.from(init),
  codecs: 'avc1.64001F',
  bitrateBps: height * 30,
  width: (height * 16) / 9,
  height,
  frameRate: 30_000 / 1001,
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
const whole = new Map<string, TrackHeader>([
  ['720p', video(720, '720')],
  ['360p', video(360, '360')],
  ['audio', audio],
]);
const shed = new Map([...whole].slice(1));
const camera = new Map(whole).set('720p', video(720, '720 of another camera'));
const ladders = { whole, shed, camera };
/** What each number is made with; a `gap` was never made. */
type Made = keyof typeof ladders | 'gap';

const startOf = (number: number, { kind, timescale }: TrackHeader): number =>
  kind === 'audio' ? Math.ceil((number * 2 * timescale) / 1024) * 1024 : number * 2 * timescale;
/** One sample, and as many bytes as the bit rate has in its time. */
function segmentOf(id: string, number: number, header: TrackHeader): Segment {
  const startTicks = startOf(number, header);
  const durationTicks = startOf(number + 1, header) - startTicks;
  const bytes = Math.round((header.bitrateBps * durationTicks) / header.timescale / 8);
  const chunkOf = (length: number): Buffer[] =>
    mediaChunk({
      sequenceNumber: number,
      baseMediaDecodeTime: startTicks,
      samples: [{ data: Buffer.alloc(length, id), durationTicks, keyframe: true }],
      styp: 'segment',
    });
  const chunk = chunkOf(bytes - Buffer.concat(chunkOf(0)).length);
  return { number, startTicks, durationTicks, samples: 60, bytes, chunks: [chunk] };
}
const group = (number: number, headers: ReadonlyMap<string, TrackHeader>): SegmentGroup => ({
  number,
  run: 1,
  segments: new Map([...headers].map(([id, header]) => [id, segmentOf(id, number, header)])),
});

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let objects: ObjectStore;
let broadcasts = 0;
beforeAll(async () => {
  folder = await temporaryFolder();
  objects = await openDiskObjectStore(folder.path);
});
afterAll(() => folder.remove());

const streamId = 's' as StreamId;

function publicationOf(
  broadcastId: BroadcastId,
  epoch: number,
  windowSegments: number,
  restored?: RestoredPublication,
) {
  const place = { region: 'local', streamId, broadcastId, utcTimingUrl: '/time' };
  return new Publication({ ...place, epoch, startedAtMs: 1_000_000, windowSegments }, restored);
}

async function write(writes: readonly ObjectWrite[]): Promise<void> {
  for (const { key, body, contentType, cacheControl } of writes)
    await objects.put(key, Buffer.concat(body), { contentType, cacheControl });
}

/** Publishes as a segment writer does; what is written after the first of all is numbered on. */
async function publish(publication: Publication, made: readonly Made[], from: number): Promise<void> {
  for (const [at, what] of made.entries()) {
    if (what === 'gap') continue;
    const next = group(from + at, ladders[what]);
    const step = publication.prepareGroup(next, ladders[what]);
    await write(step.objects);
    const announcement = publication.announcement([next.number], 1_010_000);
    if (announcement) await write([announcement]);
    await write(publication.media(next).map(({ object }) => object));
    const withIndexes = step.commit();
    if (!withIndexes && !publication.playlistsDue) continue;
    await write(publication.playlists(1_010_000));
    await write(publication.manifests(1_010_000, withIndexes).flat());
    publication.written();
  }
}

/**
 * Every playlist and manifest of the recording, without epochs. What an init segment contains stands for its name; in
 * MPDs, that of 720p.
 */
async function recordingOf(publication: Publication): Promise<Map<string, string>> {
  publication.end();
  const all = [...publication.playlists(0), ...publication.manifests(0)[0]];
  const recording = new Map<string, string>();
  for (const { key, body } of all) {
    let text = Buffer.concat(body)
      .toString()
      .replace(/^(# epoch \d+|<!-- epoch \d+ -->)$/m, '');
    const uris = new Set(text.match(/[\w$./]+\/init-[\d-]+\.mp4|(?<=")init-[\d-]+\.mp4/g));
    for (const uri of uris) {
      const at720 = uri.replace('$RepresentationID$', '720p');
      const init = await objects.get(new URL(at720, `http://store/${key}`).pathname.slice(1));
      text = text.replaceAll(`"${uri}"`, init?.body.toString() ?? 'none');
    }
    recording.set(key.split('/').slice(3).join('/'), text);
  }
  return recording;
}

/** The recordings of one worker, and of two of which the second takes over after the first `handed` numbers. */
async function record(made: readonly Made[], handed: number, windowSegments: number) {
  const ids = [++broadcasts, ++broadcasts].map((count) => `b${count}` as BroadcastId);
  const alone = publicationOf(ids[0]!, 1, windowSegments);
  await publish(alone, made, 0);
  const first = publicationOf(ids[1]!, 1, windowSegments);
  await publish(first, made.slice(0, handed), 0);
  const renditions = first.current.map(({ id, header: { codecs, bitrateBps } }) => ({
    id,
    codecs,
    bandwidthBps: bitrateBps,
  }));
  const restored = await recover(ids[1]!, renditions);
  const second = publicationOf(ids[1]!, 2, windowSegments, restored);
  await publish(second, made.slice(handed), handed);
  return { alone: await recordingOf(alone), taken: await recordingOf(second), restored };
}

function recover(id: BroadcastId, renditions: BroadcastRecord['renditions'], store: ObjectStore = objects) {
  const broadcast: BroadcastRecord = {
    ...{ id, streamId, state: 'reconnecting', startedAtMs: 0, epoch: 2, renditions },
    workerId: 'encoder-2' as MemberId,
  };
  return recoverPublication(store, 'local', broadcast, 2);
}

test('A rendition that was shed long before another worker took over is in the recording, from where it was made', async () => {
  const { alone, taken, restored } = await record(['whole', 'whole', ...Array<Made>(6).fill('shed')], 7, 3);
  expect(restored?.periods.map(({ fromNumber, toNumber }) => [fromNumber, toNumber])).toEqual([
    [0, 1],
    [2, 6],
  ]);
  expect(taken.get('index.m3u8')).toContain('720p/playlist.m3u8');
  expect(taken.get('720p/playlist.m3u8')).toMatch(/^1\.m4s$/m);
  expect(taken.get('manifest.mpd')).toMatch(/<Representation id="720p"/);
  expect(taken).toEqual(alone);
});

test('A recording that two workers made is that of a single one, whatever was shed, changed or missing before', async () => {
  const what = fc.constantFrom<Made>('whole', 'shed', 'camera', 'gap');
  const lots = fc.array(fc.tuple(what, fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(lots, fc.integer({ min: 2, max: 6 }), fc.nat(), async (runs, windowSegments, random) => {
      const made: Made[] = ['whole', ...runs.flatMap(([each, count]) => Array<Made>(count).fill(each))];
      const handed = 1 + (random % made.length);
      const { alone, taken } = await record(made, handed, windowSegments);
      expect(taken).toEqual(alone);
    }),
    { numRuns: 12 },
  );
});

const facts = [...whole].map(([id, { codecs, bitrateBps }]) => ({ id, codecs, bandwidthBps: bitrateBps }));

/** A broadcast of so many whole numbers, and then some segments of others. */
async function left(count: number, others: readonly [id: string, number: number][]) {
  const id = `b${++broadcasts}` as BroadcastId;
  const publication = publicationOf(id, 1, 900);
  await publish(publication, Array<Made>(count).fill('whole'), 0);
  for (const [rendition, number] of others) {
    const { chunks } = segmentOf(rendition, number, whole.get(rendition)!);
    const key = `local/s/${id}/${rendition}/${number}.m4s`;
    await objects.put(key, Buffer.concat(chunks.flat()), { contentType: '', cacheControl: '' });
  }
  return { id, publication };
}
const playlistOf = (publication: Publication, id: string): string => {
  const found = publication.playlists(0).find(({ key }) => key.endsWith(`/${id}/playlist.m3u8`));
  return Buffer.concat(found!.body).toString();
};

describe('Segments that no playlist names', () => {
  test('are found by their names, and taken as they are where all renditions have them', async () => {
    const { id } = await left(3, []);
    const stored = await objects.get(`local/s/${id}/audio/playlist.m3u8`);
    expect(stored?.body.toString()).not.toContain('2.m4s');
    const restored = await recover(id, facts);
    expect(restored).toMatchObject({ nextListed: 3, nextNumber: 3, unnamed: [] });
    const rendition = restored?.renditions.find((each) => each.id === 'audio');
    const { startTicks, durationTicks, bytes } = segmentOf('audio', 2, audio);
    expect(rendition?.segments.get(2)).toEqual({ startTicks, durationTicks, bytes });
  });

  test('are made again where a rendition lacks one', async () => {
    const { id } = await left(3, [
      ['720p', 3],
      ['audio', 3],
      ['720p', 4],
    ]);
    const restored = await recover(id, facts);
    expect(restored).toMatchObject({ nextListed: 3, nextNumber: 5 });
    expect(restored?.unnamed?.map(({ number, facts: there }) => [number, [...there.keys()]])).toEqual([
      [3, ['720p', 'audio']],
      [4, ['720p']],
    ]);
  });

  test('are taken as they are if nobody makes them again', async () => {
    const { id } = await left(3, [['audio', 3]]);
    const second = publicationOf(id, 2, 900, await recover(id, facts));
    await publish(second, ['whole'], 4);
    expect(playlistOf(second, 'audio')).toMatch(/\n3\.m4s\n#EXTINF:[\d.]+,\n4\.m4s\n/);
    expect(playlistOf(second, '360p')).toMatch(/#EXT-X-GAP\n#EXTINF:[\d.]+,\n3\.m4s\n/);
  });

  test('belong to the period that was announced before them', async () => {
    const { id, publication } = await left(2, []);
    const next = group(2, camera);
    const step = publication.prepareGroup(next, camera);
    await write(step.objects);
    await write([publication.announcement([2], 0)!]);
    await write(publication.media(next).map(({ object }) => object));
    const restored = await recover(id, facts);
    expect(restored).toMatchObject({ nextListed: 3 });
    expect(restored?.periods.map(({ fromNumber, initName }) => [fromNumber, initName])).toEqual([
      [0, 'init-1.mp4'],
      [2, 'init-1-1.mp4'],
    ]);
  });

  test('are found in a long broadcast without listing it', async () => {
    const { id, publication } = await left(1, []);
    for (let number = 1; number < 1_203; number++) {
      const next = { ...group(0, shed), number };
      publication.prepareGroup(next, shed).commit();
      if (number === 1_200) {
        await write(publication.playlists(0));
        await write(publication.manifests(0).flat());
      }
    }
    for (const [rendition, header] of shed)
      for (const number of [1_201, 1_202])
        await write(
          publication
            .media({
              ...group(0, shed),
              number,
              segments: new Map([[rendition, segmentOf(rendition, number, header)]]),
            })
            .map(({ object }) => object),
        );
    const listed: string[] = [];
    const counting: ObjectStore = {
      get: (key) => objects.get(key),
      put: (...put) => objects.put(...put),
      delete: (key) => objects.delete(key),
      move: (from, to) => objects.move(from, to),
      list: (prefix, page) => {
        listed.push(prefix);
        return objects.list(prefix, page);
      },
    };
    const restored = await recover(id, facts, counting);
    expect(restored).toMatchObject({ nextListed: 1_203, nextNumber: 1_203 });
    expect(restored?.renditions.find((each) => each.id === '360p')?.segments.size).toBe(1_203);
    expect(restored?.renditions.find((each) => each.id === '720p')?.segments.size).toBe(1);
    expect(listed.every((prefix) => /\/12\d$/.test(prefix))).toBe(true);
  });
});
