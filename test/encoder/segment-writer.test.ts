import { describe, expect, test } from '@jest/globals';
import type { SegmentGroup } from '../../lib/encoder/policy/group-collector.ts';
import { Publication } from '../../lib/encoder/policy/publication.ts';
import type { TrackHeader } from '../../lib/encoder/policy/publication-model.ts';
import { SegmentWriter } from '../../lib/encoder/segment-writer.ts';
import { ObjectStoreUnavailableError } from '../../lib/origin/policy/errors.ts';
import type { ObjectStore } from '../../lib/origin/ports.ts';
import type { BroadcastId, StreamId } from '../../lib/routing/ids.ts';

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
  const clock = { now: () => performance.now(), wall: () => Date.now() };
  const publication = new Publication({
    region: 'local',
    streamId: 'stream' as StreamId,
    broadcastId: 'broadcast' as BroadcastId,
    epoch: 1,
    startedAtMs: 1_790_000_000_000,
    windowSegments: 900,
    utcTimingUrl: '/time',
  });
  const writer = new SegmentWriter(store, publication, clock, {
    mayWrite: async () => true,
    published: () => resolve(),
    trouble: () => {},
    recovered: () => {},
  });
  return { writer, keys, published };
}
const headers = new Map([['audio', header]]);

describe('the end of writing', () => {
  test('is told as good when every segment and playlist is in the origin', async () => {
    const { writer, keys } = writerTo(() => true);
    writer.enqueue(group(0), headers);
    await expect(writer.finish(1000)).resolves.toBeUndefined();
    expect(writer.lostSegments).toBe(0);
    expect(keys.some((key) => key.endsWith('/audio/0.m4s'))).toBe(true);
  });

  test.each(['flush', 'finish'] as const)(
    '%s rejects where segments are left, and counts them',
    async (how) => {
      const { writer } = writerTo(() => false);
      writer.enqueue(group(0), headers);
      writer.enqueue(group(1), headers);
      await expect(writer[how](20)).rejects.toMatchObject({ code: 'WRITER_STOPPED' });
      expect(writer.lostSegments).toBe(2);
    },
  );

  test('rejects where the segments are there but the closed playlists are not', async () => {
    let open = true;
    const { writer, published } = writerTo((key) => open || key.endsWith('.m4s'));
    writer.enqueue(group(0), headers);
    await published;
    open = false;
    await expect(writer.finish(20)).rejects.toMatchObject({ code: 'WRITER_STOPPED' });
    expect(writer.lostSegments).toBe(0);
  });
});
