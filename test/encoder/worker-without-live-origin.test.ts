import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Publisher } from '../../lib/protocol/rtmp/publisher.ts';
import type { StreamId } from '../../lib/routing/ids.ts';
import { WorkerInMemory } from '../../testkit/harness/worker-in-memory.ts';

/** x264's sequence header for 1280×720. */
const videoHeader = Buffer.from(
  '17000000000164101fffe100166764101facb80a00b76022000003000200000300280801000568ee06f2c0fdf8f800',
  'hex',
);
const frameMs = 200;

beforeAll(() => {
  jest.useFakeTimers();
});
afterAll(() => {
  jest.useRealTimers();
});

interface Outcome {
  /** What live origins find. */
  readonly found: unknown;
  /** Of pictures, as stored after 7.4 s: three segments are whole. */
  readonly playlist: string;
  readonly manifest: string;
}

/** A stream in low latency is on air, with pictures alone. */
async function broadcast(liveOrigin: boolean): Promise<Outcome> {
  const world = new WorkerInMemory({ liveOrigin });
  await world.worker.start();
  const stream: StreamId = await world.addStream(1000);
  const link = world.connect(stream);
  await jest.advanceTimersByTimeAsync(50);
  const writer = new Publisher({ app: 'live', streamName: 'k', tcUrl: 'rtmp://127.0.0.1/live' });
  link.send(writer.media('video', 0, videoHeader));
  for (let ms = 0; ms < 7400; ms += frameMs) {
    const isKey = ms % 2000 === 0;
    const picture = [isKey ? 0x17 : 0x27, 1, 0, 0, 0, 0, 0, 0, 2, isKey ? 0x65 : 0x41, 0x88];
    link.send(writer.media('video', ms, Buffer.from(picture)));
    await jest.advanceTimersByTimeAsync(frameMs);
  }
  const stored = (end: RegExp): string =>
    [...world.objects].filter(([key]) => end.test(key)).map(([, { body }]) => body.toString())[0] ?? '';
  const outcome = {
    found: world.worker.find(stream),
    playlist: stored(/p\/playlist\.m3u8$/),
    manifest: stored(/manifest\.mpd$/),
  };
  link.send(writer.unpublish());
  await jest.advanceTimersByTimeAsync(5000);
  jest.clearAllTimers();
  world.store.close();
  return outcome;
}

const named = ({ playlist }: Outcome): string[] =>
  [...playlist.matchAll(/^(\d+)\.m4s$/gm)].map(([, number = '']) => number);

describe('a worker without live origins', () => {
  test('stores each playlist with its segment, and holds nobody back', async () => {
    const without = await broadcast(false);
    expect(named(without)).toEqual(['0', '1', '2']);
    expect(without.playlist).not.toContain('HOLD-BACK');
    expect(without.manifest).toContain('<SegmentTimeline>');
    expect(without.found).toBe('managed');
  });

  test('is another one than a worker with them, whose store is seconds behind', async () => {
    const live = await broadcast(true);
    expect(named(live)).toEqual(['0']);
    expect(live.playlist).toContain('HOLD-BACK=16');
    expect(live.manifest).not.toContain('<SegmentTimeline>');
    expect(live.found).toMatchObject({ answer: expect.any(Function) });
  });
});
