import { afterEach, describe, expect, test } from '@jest/globals';
import { FakeWorker } from '../../support/fake-worker.ts';
import { readFrameNumbers } from '../../support/frame-counter.ts';
import { type HarnessOptions, startIngest } from '../../support/ingest-harness.ts';
import { flvTags, NginxRtmp } from '../../support/nginx-rtmp.ts';
import { Publisher } from '../../support/publisher.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function setUp(options: HarnessOptions = {}) {
  const worker = await FakeWorker.start('encoder-1');
  cleanups.push(() => worker.die());
  const harness = await startIngest({ ...options, workers: [worker.record()] });
  cleanups.push(() => harness.close());
  return { worker, harness };
}

async function nginx(): Promise<NginxRtmp> {
  const server = await NginxRtmp.start();
  cleanups.push(() => server.stop());
  return server;
}

function broadcast(port: number, key: string, seconds?: number): Publisher {
  const publisher = new Publisher({
    url: `rtmp://127.0.0.1:${port}/live/${key}`,
    size: '320x180',
    ...(seconds !== undefined && { seconds }),
  });
  cleanups.push(() => publisher.stop('SIGKILL'));
  return publisher;
}

const rising = (numbers: readonly number[]) =>
  numbers.every((number, index) => index === 0 || number === numbers[0]! + index);

describe('a push to nginx', () => {
  test('brings every frame from the first key frame on, with timestamps from 0', async () => {
    const server = await nginx();
    const { worker, harness } = await setUp();
    const { streamId, key } = await harness.addStream([{ id: 'd1', url: server.url, key: 'there' }]);
    const publisher = broadcast(harness.rtmpPort, key, 6);
    expect(await publisher.ended()).toBe(0);
    await harness.log.first('push.ended');
    const link = await worker.link();
    await link.until(() => link.ended);
    const [recording] = await server.recordings();
    const tags = flvTags(recording!);
    const media = tags.filter(({ type }) => type !== 'script');
    expect(media[0]?.timestampMs).toBe(0);
    expect(media.at(-1)!.timestampMs).toBeGreaterThan(3_000);
    const numbers = await readFrameNumbers(recording!);
    expect(rising(numbers)).toBe(true);
    // A key frame each 2 s: what came before the destination was ready is at most that.
    expect(numbers[0]! % 60).toBe(0);
    expect(numbers[0]).toBeLessThanOrEqual(60);
    expect(numbers.at(-1)).toBe(179);
    const story = await harness.store.listEvents(streamId, { limit: 10 });
    expect(story.map(({ type }) => type)).toEqual(['simulcast.live', 'simulcast.ended']);
    const document = await harness.store.getDocument(streamId, 'pushes');
    expect(document?.body.destinations).toMatchObject([{ id: 'd1', state: 'ended' }]);
  });
});
