import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDiskObjectStore } from '../../../lib/adapters/local/disk/disk-object-store.ts';
import type { BroadcastRecord } from '../../../lib/control-store/records.ts';
import type { SegmentGroup } from '../../../lib/encoder/encoding/policy/segmenting/segment-groups.ts';
import type { Segment } from '../../../lib/encoder/encoding/policy/segmenting/segmenter.ts';
import type { TrackHeader } from '../../../lib/encoder/policy/track-header.ts';
import { Publication } from '../../../lib/encoder/publication/policy/publication.ts';
import type { RestoredPublication } from '../../../lib/encoder/publication/policy/recovery/restore.ts';
import { recoverPublication } from '../../../lib/encoder/publication/recover-publication.ts';
import { SegmentWriter } from '../../../lib/encoder/publication/segment-writer.ts';
import type { ObjectStore } from '../../../lib/object-store/ports.ts';
import { mediaChunk } from '../../../lib/packaging/cmaf/chunk.ts';
import type { BroadcastId, MemberId, StreamId } from '../../../lib/routing/ids.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';

const sound: TrackHeader = {
  kind: 'audio',
  timescale: 48_000,
  init: Buffer.from('init of the sound'),
  codecs: 'mp4a.40.2',
  bitrateBps: 128_000,
  sampleRate: 48_000,
  channels: 2,
};
const picture = (init: string): TrackHeader => ({
  kind: 'video',
  timescale: 90_000,
  init: Buffer.from(init),
  codecs: 'avc1.64001F',
  bitrateBps: 2_000_000,
  width: 1280,
  height: 720,
  frameRate: 30,
});
const headersOf = (init = 'init of the pictures') =>
  new Map<string, TrackHeader>([
    ['720p', picture(init)],
    ['audio', sound],
  ]);

/** `words` tell one encoder's media from another's. */
function segmentOf(
  number: number,
  { timescale }: TrackHeader,
  words: string,
  durationTicks = 2 * timescale,
): Segment {
  const startTicks = number * 2 * timescale;
  const chunk = mediaChunk({
    sequenceNumber: number,
    baseMediaDecodeTime: startTicks,
    samples: [{ data: Buffer.from(words), durationTicks, keyframe: true }],
    styp: 'segment',
  });
  const bytes = Buffer.concat(chunk).length;
  return { number, startTicks, durationTicks, samples: 1, bytes, chunks: [chunk] };
}
const groupOf = (number: number, words: string): SegmentGroup => ({
  number,
  run: 1,
  segments: new Map([...headersOf()].map(([id, header]) => [id, segmentOf(number, header, words)])),
});

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let objects: ObjectStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  objects = await openDiskObjectStore(folder.path);
});
afterEach(() => folder.remove());

const about = {
  ...{ region: 'local', streamId: 'stream' as StreamId, broadcastId: 'broadcast' as BroadcastId },
  ...{ startedAtMs: 1_790_000_000_000, windowSegments: 900, utcTimingUrl: '/time' },
};

function writerOf(epoch: number, restored?: RestoredPublication) {
  const told: string[] = [];
  const lease = { isOurs: true };
  let wake = (): void => {};
  const publication = new Publication({ ...about, epoch }, restored);
  const clock = { nowMs: () => performance.now(), wallMs: () => Date.now() };
  const tell = (words: string): void => void told.push(words);
  const writer = new SegmentWriter(objects, publication, clock, {
    mayWrite: async () => lease.isOurs,
    // Whose read ends first is chance.
    stored: (number, foreign) => tell(`stored ${[number, ...[...foreign].sort()].join(' ')}`),
    dropped: (number) => tell(`dropped ${number}`),
    published: (number) => {
      tell(`published ${number}`);
      wake();
    },
    trouble: () => {},
    recovered: () => {},
    superseded: (byEpoch) => {
      tell(`superseded by ${byEpoch}`);
      wake();
    },
    faulted: (cause) => {
      throw cause;
    },
  });
  const write = async (number: number, headers = headersOf()): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    writer.enqueue(groupOf(number, `of epoch ${epoch}`), headers);
    await promise;
  };
  return { writer, publication, write, told, lease };
}

const record: BroadcastRecord = {
  ...{ id: about.broadcastId, streamId: about.streamId, state: 'live', startedAtMs: 0, epoch: 1 },
  workerId: 'encoder-1' as MemberId,
  renditions: [],
};
const recover = () => recoverPublication(objects, 'local', record, 2);

/** The previous worker's segment arrives when the next one has already looked. */
async function putLate(id: string, number: number, durationTicks?: number): Promise<void> {
  const { chunks } = segmentOf(number, headersOf().get(id)!, 'of epoch 1, late', durationTicks);
  await objects.put(`local/stream/broadcast/${id}/${number}.m4s`, Buffer.concat(chunks.flat()), {
    ...{ contentType: '', cacheControl: '', ifNoneMatch: '*' },
  });
}
const stored = async (name: string): Promise<string> =>
  (await objects.get(`local/stream/broadcast/${name}`))?.body.toString('latin1') ?? '';

describe('A segment that the previous worker stores after the next one has looked', () => {
  test('keeps its name, is told of, and is what playlists then describe', async () => {
    const first = writerOf(1);
    await first.write(0);
    const next = writerOf(2, await recover());
    await next.write(1);
    await putLate('720p', 2, 183_000);
    await next.write(2);
    expect(next.told).toEqual(['stored 1', 'published 1', 'stored 2 720p', 'published 2']);
    expect(await stored('720p/2.m4s')).toContain('of epoch 1, late');
    expect(await stored('audio/2.m4s')).toContain('of epoch 2');
    // At once, though not due: it is how a worker learns that another one writes.
    expect(await stored('720p/playlist.m3u8')).toMatch(/#EXTINF:2.03333,\n2.m4s\n/);
  });

  test('is left out where it needs another init segment: its rendition has none of that number', async () => {
    const first = writerOf(1);
    await first.write(0);
    const next = writerOf(2, await recover());
    const headers = headersOf('init of another encoder');
    await putLate('720p', 1);
    await putLate('audio', 1);
    await next.write(1, headers);
    expect(next.told).toEqual(['stored 1 720p audio', 'published 1']);
    expect(await stored('720p/playlist.m3u8')).toMatch(/#EXT-X-GAP\n#EXTINF:.*\n1.m4s/);
    expect(await stored('audio/playlist.m3u8')).not.toContain('GAP');
    // Where the pictures are is what another worker has to know as well.
    expect(await stored('index.m3u8')).toMatch(/^# lacks 720p 1-1$/m);
  });

  test('is no other worker’s if it is the same: the answer to our own write was lost', async () => {
    const first = writerOf(1);
    const { chunks } = segmentOf(0, sound, 'of epoch 1');
    const options = { contentType: '', cacheControl: '' };
    await objects.put('local/stream/broadcast/audio/0.m4s', Buffer.concat(chunks.flat()), options);
    await first.write(0);
    expect(first.told).toEqual(['stored 0', 'published 0']);
  });
});

describe('A worker that lost its lease without knowing', () => {
  test('stops at the first name that the next one has taken, before it confirms it', async () => {
    const first = writerOf(1);
    await first.write(0);
    const next = writerOf(2, await recover());
    await next.write(1);
    await first.write(1);
    expect(first.told).toEqual(['stored 0', 'published 0', 'stored 1 720p audio', 'superseded by 2']);
  });

  test('confirms nothing that the next one might not have found', async () => {
    const first = writerOf(1);
    await first.write(0);
    const put = objects.put.bind(objects);
    objects.put = async (key, body, options) => {
      const answer = await put(key, body, options);
      if (key.endsWith('/1.m4s')) first.lease.isOurs = false;
      return answer;
    };
    first.writer.enqueue(groupOf(1, 'of epoch 1'), headersOf());
    await expect(first.writer.flush(5000)).rejects.toMatchObject({ code: 'WRITER_STOPPED' });
    expect(first.told).not.toContain('published 1');
    // It is there all the same.
    expect(await recover()).toMatchObject({ nextListed: 2 });
  });
});
