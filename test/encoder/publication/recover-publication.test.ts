import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openDiskObjectStore } from '../../../lib/adapters/local/disk/disk-object-store.ts';
import type { BroadcastRecord } from '../../../lib/control-store/records.ts';
import type { SegmentGroup } from '../../../lib/encoder/encoding/policy/segment-groups.ts';
import type { Segment } from '../../../lib/encoder/encoding/policy/segmenter.ts';
import type { TrackHeader } from '../../../lib/encoder/policy/track-header.ts';
import type { ObjectWrite } from '../../../lib/encoder/publication/policy/object-write.ts';
import { Publication } from '../../../lib/encoder/publication/policy/publication.ts';
import type { RestoredPublication } from '../../../lib/encoder/publication/policy/restore.ts';
import { recoverPublication } from '../../../lib/encoder/publication/recover-publication.ts';
import type { ObjectStore } from '../../../lib/object-store/ports.ts';
import type { BroadcastId, MemberId, StreamId } from '../../../lib/routing/ids.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';

const video = (height: number, init: string): TrackHeader => ({
  kind: 'video',
  timescale: 90_000,
  init: Buffer.from(init),
  codecs: 'avc1.64001F',
  bitrateBps: height * 3000,
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
const group = (number: number, headers: ReadonlyMap<string, TrackHeader>): SegmentGroup => ({
  number,
  run: 1,
  segments: new Map(
    [...headers].map(([id, header]): [string, Segment] => {
      const startTicks = startOf(number, header);
      const durationTicks = startOf(number + 1, header) - startTicks;
      const bytes = Math.round((header.bitrateBps * durationTicks) / header.timescale / 8);
      return [id, { number, startTicks, durationTicks, samples: 60, bytes, chunks: [[Buffer.from(id)]] }];
    }),
  ),
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
    await write(publication.media(next).map(({ object }) => object));
    const step = publication.prepareGroup(next, ladders[what]);
    await write(step.objects);
    const withIndexes = step.commit();
    await write(publication.playlists(1_010_000));
    await write(publication.manifests(1_010_000, withIndexes).flat());
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
  const broadcast: BroadcastRecord = {
    ...{ id: ids[1]!, streamId, state: 'reconnecting', startedAtMs: 0, epoch: 2, renditions },
    workerId: 'encoder-2' as MemberId,
  };
  const restored = await recoverPublication(objects, 'local', broadcast, 2);
  const second = publicationOf(ids[1]!, 2, windowSegments, restored);
  await publish(second, made.slice(handed), handed);
  return { alone: await recordingOf(alone), taken: await recordingOf(second), restored };
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
