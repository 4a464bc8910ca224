import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { FaultProxy } from '../../../drill/faults/fault-proxy.ts';
import { FakeWorker } from '../../../testkit/harness/fake-worker.ts';
import { type HarnessOptions, startIngest } from '../../../testkit/harness/ingest-harness.ts';
import { flvTags, NginxRtmp } from '../../../testkit/harness/nginx-rtmp.ts';
import { frameIndex, RtmpClient } from '../../../testkit/harness/rtmp-client.ts';
import { TlsFront } from '../../../testkit/harness/tls-front.ts';
import { readFrameNumbers } from '../../../testkit/media/frame-counter.ts';
import { Publisher } from '../../../testkit/media/publisher.ts';

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
    const publisher = broadcast(harness.rtmpPort, key, 4);
    expect(await publisher.ended()).toBe(0);
    await harness.log.first('push.ended');
    const link = await worker.link();
    await link.until(() => link.ended);
    const [recording] = await server.recordings();
    const tags = flvTags(recording!);
    const media = tags.filter(({ type }) => type !== 'script');
    expect(media[0]?.timestampMs).toBe(0);
    expect(media.at(-1)!.timestampMs).toBeGreaterThan(1_500);
    const numbers = await readFrameNumbers(recording!);
    expect(rising(numbers)).toBe(true);
    // A key frame each 2 s: what came before the destination was ready is at most that.
    expect(numbers[0]! % 60).toBe(0);
    expect(numbers[0]).toBeLessThanOrEqual(60);
    expect(numbers.at(-1)).toBe(119);
    const journal = await harness.store.listEvents(streamId, { limit: 10 });
    expect(journal.map(({ type }) => type)).toEqual(['simulcast.live', 'simulcast.ended']);
    const document = await harness.store.getDocument(streamId, 'pushes');
    expect(document?.body.destinations).toMatchObject([{ id: 'd1', state: 'ended' }]);
  });

  test('goes on at a key frame after the server was killed and started again', async () => {
    const server = await nginx();
    const { harness } = await setUp();
    const { streamId, key } = await harness.addStream([{ id: 'd1', url: server.url, key: 'there' }]);
    const publisher = broadcast(harness.rtmpPort, key);
    await server.recorded(100_000);
    await server.kill();
    expect(await harness.log.first('push.waiting')).toMatchObject({ destination: 'd1' });
    await server.up();
    await harness.log.until(() => harness.log.of('push.live').length === 2);
    const [before] = await server.recordings();
    await server.recorded(before!.length + 200_000);
    await publisher.stop();
    await harness.log.first('push.ended');
    const recordings = await server.recordings();
    expect(recordings).toHaveLength(2);
    const again = await readFrameNumbers(recordings[1]!);
    expect(rising(again)).toBe(true);
    expect(again[0]! % 60).toBe(0);
    expect(again[0]).toBeGreaterThan((await readFrameNumbers(recordings[0]!)).at(-1)!);
    expect(flvTags(recordings[1]!).find(({ type }) => type === 'video')?.timestampMs).toBe(0);
    const journal = await harness.store.listEvents(streamId, { limit: 10 });
    expect(journal.map(({ type }) => type)).toEqual([
      'simulcast.live',
      'simulcast.waiting',
      'simulcast.live',
      'simulcast.ended',
    ]);
  });

  test('goes over TLS where the certificate is in order, and not where it is not', async () => {
    const server = await nginx();
    const front = await TlsFront.to(server.port);
    cleanups.push(() => front.stop());
    const trusting = await setUp({ push: { extraCa: front.authority } });
    const other = `rtmps://127.0.0.1:${front.port}/live`;
    const { key } = await trusting.harness.addStream([
      { id: 'named', url: front.url, key: 'there' },
      { id: 'address', url: other, key: 'there-too' },
      { id: 'plain', url: `rtmps://localhost:${server.port}/live`, key: 'x' },
    ]);
    const publisher = broadcast(trusting.harness.rtmpPort, key);
    const { log } = trusting.harness;
    await log.until(() => log.of('push.waiting').length === 2);
    expect(log.of('push.waiting')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          destination: 'address',
          detail: 'certificate issued for a different host name',
        }),
        expect.objectContaining({ destination: 'plain', detail: 'the server dropped the connection' }),
      ]),
    );
    await server.recorded(200_000);
    expect(log.of('push.live')).toMatchObject([{ destination: 'named' }]);
    await publisher.stop();
    await log.until(() => log.of('push.ended').length === 3);
    expect(rising(await readFrameNumbers((await server.recordings())[0]!))).toBe(true);

    const wary = await setUp();
    const stream = await wary.harness.addStream([{ id: 'd1', url: front.url, key: 'there' }]);
    broadcast(wary.harness.rtmpPort, stream.key);
    const { detail } = await wary.harness.log.first('push.waiting');
    expect(detail).toBe('certificate not trusted');
  });

  test('begins and ends while on air as destinations are added, switched off and removed', async () => {
    const server = await nginx();
    const { harness } = await setUp();
    const { streamId, key } = await harness.addStream();
    const publisher = broadcast(harness.rtmpPort, key);
    await harness.log.first('ingest.publish.started');
    const one = { id: 'd1', url: server.url, key: 'one' };
    const two = { id: 'd2', url: server.url, key: 'two' };
    await harness.setDestinations(streamId, [one, two]);
    await harness.log.until(() => harness.log.of('push.live').length === 2);
    await server.recorded(200_000);
    await harness.setDestinations(streamId, [{ ...one, enabled: false }]);
    await harness.log.until(() => harness.log.of('push.ended').length === 2);
    expect(harness.log.of('push.waiting')).toEqual([]);
    await publisher.stop();
    for (const recording of await server.recordings()) {
      const numbers = await readFrameNumbers(recording);
      expect(rising(numbers)).toBe(true);
      expect(numbers[0]! % 60).toBe(0);
    }
  });

  test('survives a network that swallows everything for a while', async () => {
    const server = await nginx();
    const network = await FaultProxy.to({ host: '127.0.0.1', port: server.port });
    cleanups.push(() => network[Symbol.asyncDispose]());
    const { harness } = await setUp({ push: { limits: { stalledMs: 3_000, maxBytes: 512 * 1024 } } });
    const url = `rtmp://127.0.0.1:${network.port}/live`;
    const { key } = await harness.addStream([{ id: 'd1', url, key: 'there' }]);
    const client = new RtmpClient({ port: harness.rtmpPort, key });
    cleanups.push(() => client.socket.destroy());
    await client.started();
    client.headers();
    let index = 0;
    let more = true;
    cleanups.push(() => {
      more = false;
    });
    const sending = (async () => {
      for (; more; index++) {
        client.socket.write(client.video(index, index * 20, index % 50 === 0, 100_000));
        await delay(20);
      }
    })();
    const { log } = harness;
    await log.first('push.live');
    await server.recorded(1_000_000);
    network.set({ kind: 'black-hole' });
    expect((await log.first('push.waiting')).detail).toContain('accepted no data');
    network.set({ kind: 'pass' });
    await log.until(() => log.of('push.live').length === 2);
    const sizes = (await server.recordings()).map(({ length }) => length);
    await server.recorded(sizes.reduce((sum, size) => sum + size, 0) + 3_000_000);
    more = false;
    await sending;
    client.socket.end(client.publisher.unpublish());
    await log.first('push.ended');
    expect(log.of('push.shed')).toHaveLength(1);
    const recordings = await server.recordings();
    expect(recordings).toHaveLength(2);
    // Groups of pictures are there from their key frame on, without a hole inside: what is shed is what comes before one.
    for (const recording of recordings) {
      const frames = flvTags(recording).filter(({ type, payload }) => type === 'video' && payload[1] === 1);
      const indices = frames.map(({ payload }) => frameIndex(payload));
      expect(indices[0]! % 50).toBe(0);
      const holes = indices.filter((number, at) => at > 0 && number !== indices[at - 1]! + 1);
      expect(holes.every((number) => number % 50 === 0)).toBe(true);
    }
  });
});
