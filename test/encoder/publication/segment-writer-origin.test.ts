import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { defaultLadder } from '../../../lib/config/ladder.ts';
import { objectsPerSegment, workloadOf } from '../../../lib/cost/workload.ts';
import type { SegmentGroup } from '../../../lib/encoder/encoding/policy/segmenting/segment-groups.ts';
import type { TrackHeader } from '../../../lib/encoder/policy/track-header.ts';
import { Publication } from '../../../lib/encoder/publication/policy/publication.ts';
import { SegmentWriter } from '../../../lib/encoder/publication/segment-writer.ts';
import {
  ObjectStoreFullError,
  ObjectStoreUnavailableError,
  PreconditionFailedError,
} from '../../../lib/object-store/errors.ts';
import type { ObjectStore, PutOptions } from '../../../lib/object-store/ports.ts';
import type { BroadcastId, StreamId } from '../../../lib/routing/ids.ts';
import { mulberry32 } from '../../../testkit/mulberry32.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const segmentMs = 2000;
const audio: TrackHeader = {
  kind: 'audio',
  timescale: 48_000,
  init: Buffer.from('init'),
  codecs: 'mp4a.40.2',
  bitrateBps: 128_000,
  sampleRate: 48_000,
  channels: 2,
};
const headers = new Map([
  ['audio', audio],
  ['sound', { ...audio, bitrateBps: 64_000 }],
]);

function group(number: number, bytes: number): SegmentGroup {
  const times = { number, startTicks: number * 96_000, durationTicks: 96_000, samples: 94 };
  const segment = { ...times, bytes: bytes / 2, chunks: [[Buffer.from(`segment ${number}`)]] };
  return { run: 1, number, segments: new Map([...headers.keys()].map((id) => [id, segment])) };
}

/** An origin that takes its time for each write and may fail it; and a worker that brings a segment every two seconds. */
class Broadcast {
  readonly objects = new Map<string, { readonly text: string; readonly etag: string }>();
  writes = 0;
  readonly told: string[] = [];
  readonly writer: SegmentWriter;
  takesMs = 0;
  /** The fault of a write, before or after the object was stored. */
  fault: (key: string) => { error: Error; stored: boolean } | undefined = () => undefined;
  /** Names of segments that were told of before they were there. */
  readonly early: string[] = [];
  publishedNumber = -1;
  mostBehind = 0;
  #number = 0;

  constructor() {
    const publication = new Publication({
      region: 'local',
      streamId: 'stream' as StreamId,
      broadcastId: 'broadcast' as BroadcastId,
      epoch: 1,
      startedAtMs: 1_790_000_000_000,
      windowSegments: 900,
      utcTimingUrl: '/time',
    });
    const clock = { nowMs: () => Date.now(), wallMs: () => Date.now() };
    const store = { put: this.#put, get: this.#get } as unknown as ObjectStore;
    this.writer = new SegmentWriter(store, publication, clock, {
      mayWrite: async () => true,
      stored: () => {},
      dropped: () => {},
      published: (number) => {
        this.publishedNumber = number;
      },
      trouble: ({ full }) => this.told.push(full ? 'full' : 'trouble'),
      recovered: ({ lostSegments }) => this.told.push(`recovered, ${lostSegments} lost`),
      superseded: () => this.told.push('superseded'),
      faulted: (cause) => this.told.push(`faulted: ${cause}`),
    });
  }

  get media(): string[] {
    return [...this.objects.keys()].filter((key) => key.endsWith('.m4s'));
  }

  /** Segments that came and are not published. */
  get behind(): number {
    return this.#number - 1 - this.publishedNumber;
  }

  async run(seconds: number, bytes = 1000): Promise<void> {
    for (let ms = 0; ms < seconds * 1000; ms += segmentMs) {
      this.writer.enqueue(group(this.#number++, bytes), headers);
      await jest.advanceTimersByTimeAsync(segmentMs);
      this.mostBehind = Math.max(this.mostBehind, this.behind);
    }
  }

  #put = async (key: string, body: Uint8Array, condition: PutOptions): Promise<{ etag: string }> => {
    const etag = `"${++this.writes}"`;
    await new Promise((resolve) => setTimeout(resolve, this.takesMs));
    const fault = this.fault(key);
    if (fault?.stored === false) throw fault.error;
    const there = this.objects.get(key)?.etag;
    if (condition.ifMatch !== undefined ? condition.ifMatch !== there : there !== undefined) {
      throw new PreconditionFailedError(key);
    }
    this.#store(key, Buffer.from(body).toString(), etag);
    if (fault) throw fault.error;
    return { etag };
  };

  #get = async (key: string): Promise<unknown> => {
    const fault = this.fault(key);
    if (fault) throw fault.error;
    const object = this.objects.get(key);
    return object && { body: Buffer.from(object.text), etag: object.etag };
  };

  #store(key: string, text: string, etag: string): void {
    this.objects.set(key, { text, etag });
    if (!key.endsWith('.m3u8') || text.includes('STREAM-INF')) return;
    for (const [, name = ''] of text.matchAll(/^(\d+\.m4s)$/gm)) {
      if (!this.objects.has(key.replace('playlist.m3u8', name))) this.early.push(name);
    }
  }
}

/**
 * Half of the requests fail, and of the writes among them half are stored all the same: their answer is lost. The writer's pauses are
 * drawn from the same seed, so that a run is the same each time.
 */
function halfOfThem(seed = 1): () => { error: Error; stored: boolean } | undefined {
  const chance = mulberry32(seed);
  jest.spyOn(Math, 'random').mockImplementation(chance);
  return () =>
    chance() < 0.5 ? undefined : { error: new ObjectStoreUnavailableError('503'), stored: chance() < 0.5 };
}

describe('an hour on the air', () => {
  test('costs as many writes as the cost model counts', async () => {
    const broadcast = new Broadcast();
    await broadcast.run(10);
    const before = broadcast.writes;
    await broadcast.run(3600);
    // The sound and another rendition.
    const expected = 1800 * objectsPerSegment({ ...defaultLadder, rungs: defaultLadder.rungs.slice(0, 1) });
    expect(broadcast.writes - before).toBe(expected);
    expect(broadcast.early).toEqual([]);
    expect(3600 * objectsPerSegment(defaultLadder)).toBe(2 * 11_520);
    // And pictures: a sprite each minute, two storyboards that name it, and two posters at most.
    expect(3600 * workloadOf(defaultLadder).originWrites).toBeCloseTo(11_520 + 5 * 60);
  });
});

describe('an origin that needs 2 s for each write', () => {
  test('is written to as fast as segments come, however long that lasts, and no name precedes its segment', async () => {
    const broadcast = new Broadcast();
    await broadcast.run(10);
    broadcast.takesMs = 2000;
    await broadcast.run(600);
    expect(broadcast.mostBehind).toBeLessThanOrEqual(4);
    broadcast.takesMs = 0;
    await broadcast.run(10);
    expect(broadcast.behind).toBe(0);
    expect(broadcast.media).toHaveLength(2 * 310);
    expect(broadcast.early).toEqual([]);
    expect(broadcast.told).toEqual([]);
  });
});

describe('an origin that fails half of the requests', () => {
  test.each([1, 2, 4, 5, 6])(
    'loses nothing, and is told of once as troubled and once as well again (seed %i)',
    async (seed) => {
      const broadcast = new Broadcast();
      broadcast.takesMs = 20;
      await broadcast.run(10);
      broadcast.fault = halfOfThem(seed);
      await broadcast.run(60);
      expect(broadcast.mostBehind).toBeLessThanOrEqual(8);
      broadcast.fault = () => undefined;
      await broadcast.run(20);
      expect(broadcast.behind).toBe(0);
      expect(broadcast.media).toHaveLength(2 * 45);
      expect(broadcast.early).toEqual([]);
      expect(broadcast.told).toEqual(['trouble', 'recovered, 0 lost']);
    },
  );

  test('is not reported if it recovers within a second', async () => {
    const broadcast = new Broadcast();
    broadcast.fault = halfOfThem();
    const run = broadcast.run(20);
    setTimeout(() => {
      broadcast.fault = () => undefined;
    }, 900);
    await run;
    expect(broadcast.behind).toBe(0);
    expect(broadcast.told).toEqual([]);
  });
});

describe('an origin whose responses are lost', () => {
  test('gets each object once more, and what it has is not written again', async () => {
    const broadcast = new Broadcast();
    await broadcast.run(10);
    const before = broadcast.writes;
    const lost = new Set<string>();
    broadcast.fault = (key) => {
      if (lost.has(key)) return undefined;
      lost.add(key);
      return { error: new ObjectStoreUnavailableError('lost'), stored: true };
    };
    await broadcast.run(2);
    await jest.advanceTimersByTimeAsync(2000);
    expect(broadcast.behind).toBe(0);
    // Two segments, two playlists, two manifests: after the second write's refusal each is read, and is there.
    expect(broadcast.writes - before).toBe(2 * 6);
  });
});

describe('an origin that accepts nothing', () => {
  const down = () => ({ error: new ObjectStoreUnavailableError('down'), stored: false });

  test('costs the oldest segments once 48 MB are waiting, and no more than there is no room for', async () => {
    const broadcast = new Broadcast();
    const bytes = 4 * 1024 * 1024;
    await broadcast.run(10, bytes);
    broadcast.fault = down;
    // Fifteen segments come, and twelve have room.
    await broadcast.run(30, bytes);
    broadcast.fault = () => undefined;
    await broadcast.run(20, bytes);
    expect(broadcast.behind).toBe(0);
    expect(broadcast.writer.lostSegments).toBe(3);
    expect(broadcast.told).toEqual(['trouble', 'recovered, 3 lost']);
    const numbers = broadcast.media
      .filter((key) => key.includes('/audio/'))
      .map((key) => Number(/(\d+)\.m4s/.exec(key)?.[1]));
    expect(
      Array.from({ length: 30 }, (_, number) => number).filter((number) => !numbers.includes(number)),
    ).toEqual([5, 6, 7]);
  });

  test('and is full is reported at once, even if it merely did not respond before', async () => {
    const broadcast = new Broadcast();
    broadcast.fault = down;
    await broadcast.run(4);
    expect(broadcast.told).toEqual(['trouble']);
    broadcast.fault = () => ({ error: new ObjectStoreFullError('full'), stored: false });
    await broadcast.run(4);
    expect(broadcast.told).toEqual(['trouble', 'full']);
    broadcast.fault = () => undefined;
    await broadcast.run(20);
    expect(broadcast.told).toEqual(['trouble', 'full', 'recovered, 0 lost']);
  });

  test('and recovers just before the end is reported as recovered with the end', async () => {
    const broadcast = new Broadcast();
    broadcast.fault = down;
    await broadcast.run(6);
    broadcast.fault = () => undefined;
    const end = broadcast.writer.finish(20_000);
    await jest.advanceTimersByTimeAsync(3000);
    await end;
    expect(broadcast.told).toEqual(['trouble', 'recovered, 0 lost']);
    expect(broadcast.media).toHaveLength(2 * 3);
  });
});
