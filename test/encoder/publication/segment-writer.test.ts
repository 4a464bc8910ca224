import { describe, expect, test } from '@jest/globals';
import { openDiskObjectStore } from '../../../lib/adapters/local/disk/disk-object-store.ts';
import type { SegmentGroup } from '../../../lib/encoder/encoding/policy/segmenting/segment-groups.ts';
import type { TrackHeader } from '../../../lib/encoder/policy/track-header.ts';
import { Publication } from '../../../lib/encoder/publication/policy/publication.ts';
import { SegmentWriter } from '../../../lib/encoder/publication/segment-writer.ts';
import { ObjectStoreUnavailableError } from '../../../lib/object-store/errors.ts';
import type { ObjectStore } from '../../../lib/object-store/ports.ts';
import type { BroadcastId, StreamId } from '../../../lib/routing/ids.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';

const header: TrackHeader = {
  kind: 'audio',
  timescale: 48_000,
  init: Buffer.from('init'),
  codecs: 'mp4a.40.2',
  bitrateBps: 128_000,
  sampleRate: 48_000,
  channels: 2,
};
const group = (number: number): SegmentGroup => ({
  run: 1,
  number,
  segments: new Map([
    [
      'audio',
      {
        number,
        startTicks: number * 96_000,
        durationTicks: 96_000,
        samples: 94,
        bytes: 5,
        chunks: [[Buffer.from('media')]],
      },
    ],
  ]),
});

const about = {
  region: 'local',
  streamId: 'stream' as StreamId,
  broadcastId: 'broadcast' as BroadcastId,
  epoch: 1,
  startedAtMs: 1_790_000_000_000,
  windowSegments: 900,
  utcTimingUrl: '/time',
};

/** An origin that takes objects as long as `takes` says so. */
function writerTo(takes: (key: string) => boolean): {
  writer: SegmentWriter;
  keys: string[];
  published: Promise<void>;
} {
  const { promise: published, resolve } = Promise.withResolvers<void>();
  const keys: string[] = [];
  const store = {
    put: async (key: string) => {
      if (!takes(key)) throw new ObjectStoreUnavailableError('down');
      keys.push(key);
      return { etag: `"${keys.length}"` };
    },
  } as unknown as ObjectStore;
  const clock = { nowMs: () => performance.now(), wallMs: () => Date.now() };
  const publication = new Publication(about);
  const writer = new SegmentWriter(store, publication, clock, {
    mayWrite: async () => true,
    stored: () => {},
    dropped: () => {},
    published: () => resolve(),
    trouble: () => {},
    recovered: () => {},
    superseded: () => {},
    faulted: (cause) => {
      throw cause;
    },
  });
  return { writer, keys, published };
}
const headers = new Map([['audio', header]]);

/** Two workers' writers of one broadcast, over one origin. Each says what it found to be written by a newer epoch. */
function writersOf(objects: ObjectStore, ...epochs: number[]) {
  const clock = { nowMs: () => performance.now(), wallMs: () => Date.now() };
  return epochs.map((epoch) => {
    const published: number[] = [];
    const superseded: number[] = [];
    let wake = (): void => {};
    const writer = new SegmentWriter(objects, new Publication({ ...about, epoch }), clock, {
      mayWrite: async () => true,
      stored: () => {},
      dropped: () => {},
      published: (number) => {
        published.push(number);
        wake();
      },
      trouble: () => {},
      recovered: () => {},
      faulted: (cause) => {
        throw cause;
      },
      superseded: (byEpoch) => {
        superseded.push(byEpoch);
        wake();
      },
    });
    const write = async (number: number): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      writer.enqueue(group(number), headers);
      await promise;
    };
    return { writer, write, published, superseded };
  });
}

describe('two writers of one broadcast', () => {
  test('the older one stops at the first object that the newer one wrote, and changes none, whatever its fence says', async () => {
    const folder = await temporaryFolder();
    const objects = await openDiskObjectStore(folder.path);
    const [older, newer] = writersOf(objects, 4, 5) as [Writer, Writer];
    await older.write(0);
    await newer.write(1);
    const before = await contentsOf(objects);
    await older.write(2);
    expect(older.superseded).toEqual([5]);
    expect(older.published).toEqual([0]);
    expect(await contentsOf(objects)).toEqual(before);
    older.writer.enqueue(group(3), headers);
    await newer.write(2);
    expect(newer.published).toEqual([1, 2]);
    expect(newer.superseded).toEqual([]);
    await folder.remove();
  });

  test('a write whose response was lost counts as our own and is continued from', async () => {
    const folder = await temporaryFolder();
    const disk = await openDiskObjectStore(folder.path);
    let losing = true;
    const objects: ObjectStore = {
      get: (key) => disk.get(key),
      list: (prefix, page) => disk.list(prefix, page),
      delete: (key) => disk.delete(key),
      move: (from, to) => disk.move(from, to),
      async put(key, body, options) {
        const answer = await disk.put(key, body, options);
        if (!losing) return answer;
        throw new ObjectStoreUnavailableError('the answer was lost');
      },
    };
    const [writer] = writersOf(objects, 4) as [Writer];
    const written = writer.write(0);
    setTimeout(() => {
      losing = false;
    }, 150);
    await written;
    await writer.write(1);
    expect(writer.published).toEqual([0, 1]);
    expect(writer.superseded).toEqual([]);
    await folder.remove();
  });
});

type Writer = ReturnType<typeof writersOf>[number];

async function contentsOf(objects: ObjectStore): Promise<Record<string, string>> {
  const { keys } = await objects.list('local/', { limit: 100 });
  const bodies = keys.map(async (key) => [key, (await objects.get(key))!.body.toString()]);
  return Object.fromEntries(await Promise.all(bodies));
}

describe('the end of writing', () => {
  test('is reported as successful when every segment and playlist is in the origin', async () => {
    const { writer, keys } = writerTo(() => true);
    writer.enqueue(group(0), headers);
    await expect(writer.finish(1000)).resolves.toBeUndefined();
    expect(writer.lostSegments).toBe(0);
    expect(keys.some((key) => key.endsWith('/audio/0.m4s'))).toBe(true);
  });

  test.each(['flush', 'finish'] as const)('%s rejects if segments are left, and counts them', async (how) => {
    const { writer } = writerTo(() => false);
    writer.enqueue(group(0), headers);
    writer.enqueue(group(1), headers);
    await expect(writer[how](20)).rejects.toMatchObject({ code: 'WRITER_STOPPED' });
    expect(writer.lostSegments).toBe(2);
  });

  test('rejects if the segments are stored but the closed playlists are not', async () => {
    let open = true;
    const { writer, published } = writerTo((key) => open || key.endsWith('.m4s'));
    writer.enqueue(group(0), headers);
    await published;
    open = false;
    await expect(writer.finish(20)).rejects.toMatchObject({ code: 'WRITER_STOPPED' });
    expect(writer.lostSegments).toBe(0);
  });
});
