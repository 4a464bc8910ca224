import { afterEach, describe, expect, test } from '@jest/globals';
import { accept, FakeWorker } from '../../../testkit/harness/fake-worker.ts';
import {
  type HarnessOptions,
  type IngestHarness,
  startIngest,
} from '../../../testkit/harness/ingest-harness.ts';
import { frameIndex, RtmpClient } from '../../../testkit/harness/rtmp-client.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function worker(...args: Parameters<typeof FakeWorker.start>): Promise<FakeWorker> {
  const started = await FakeWorker.start(...args);
  cleanups.push(() => started.die());
  return started;
}

async function ingest(options: HarnessOptions): Promise<IngestHarness> {
  const harness = await startIngest(options);
  cleanups.push(() => harness.close());
  return harness;
}

function client(options: ConstructorParameters<typeof RtmpClient>[0]): RtmpClient {
  const made = new RtmpClient(options);
  cleanups.push(() => made.socket.destroy());
  return made;
}

describe('publishing through a proxy', () => {
  test.each([false, true])('relays every message in order to the worker (TLS: %p)', async (tls) => {
    const encoder = await worker('encoder-1');
    const { rtmpPort, rtmpsPort, addStream, log } = await ingest({ workers: [encoder.record()] });
    const { streamId, key } = await addStream();
    const publisher = await client({ port: tls ? rtmpsPort : rtmpPort, key, tls }).started();
    publisher.headers();
    for (let index = 0; index < 300; index++) {
      publisher.socket.write(publisher.video(index, index * 33, index % 60 === 0, 500 + index * 17));
    }
    publisher.socket.end(publisher.publisher.unpublish());
    const link = await encoder.link();
    await link.until(() => link.ended);
    expect(link.hello).toMatchObject({
      streamId,
      proxyId: 'ingest-1',
      client: { address: '127.0.0.1' },
      publish: { app: 'live' },
    });
    expect(link.hello?.replayFromMs).toBeUndefined();
    const frames = link.media.filter(({ payload }) => payload[1] === 1);
    expect(frames.map(({ payload }) => frameIndex(payload))).toEqual(
      Array.from({ length: 300 }, (_, index) => index),
    );
    await publisher.until(() => publisher.closed);
    expect(log.of('ingest.publish.ended')).toEqual([expect.objectContaining({ code: 'UNPUBLISHED' })]);
  });

  test('sends Publish.Start only after the worker accepted', async () => {
    const encoder = await worker('encoder-1', () => {});
    const { rtmpPort, addStream } = await ingest({ workers: [encoder.record()] });
    const { key } = await addStream();
    const publisher = client({ port: rtmpPort, key });
    const link = await encoder.link();
    expect(publisher.statuses).toEqual([]);
    link.send(accept);
    await publisher.started();
    expect(publisher.statuses.map(({ code }) => code)).toEqual(['NetStream.Publish.Start']);
  });

  test('acknowledges what the publisher sends within its window', async () => {
    const encoder = await worker('encoder-1');
    const { rtmpPort, addStream } = await ingest({ workers: [encoder.record()] });
    const { key } = await addStream();
    const publisher = await client({ port: rtmpPort, key }).started();
    publisher.headers();
    for (let index = 0; index < 40; index++) {
      publisher.socket.write(publisher.video(index, index * 33, index === 0, 100_000));
    }
    await publisher.until(() => publisher.publisher.acknowledgedBytes >= 2_500_000);
    expect(publisher.publisher.acknowledgedBytes).toBeLessThan(4_100_000);
  });

  test('answers pings of a publisher that is on air', async () => {
    const encoder = await worker('encoder-1');
    const { rtmpPort, addStream } = await ingest({ workers: [encoder.record()] });
    const { key } = await addStream();
    const publisher = await client({ port: rtmpPort, key }).started();
    const received: Buffer[] = [];
    publisher.socket.on('data', (bytes: Buffer) => received.push(bytes));
    const payload = Buffer.from([0, 6, 0, 0, 0x30, 0x39]);
    publisher.socket.write(
      publisher.publisher.write({ chunkStreamId: 2, timestampMs: 0, typeId: 4, messageStreamId: 0, payload }),
    );
    publisher.socket.on('data', () => publisher.socket.emit('seen'));
    await new Promise<void>((resolve) => {
      const look = () => {
        if (Buffer.concat(received).includes(Buffer.from([0, 7, 0, 0, 0x30, 0x39]))) resolve();
      };
      publisher.socket.on('seen', look);
    });
  });

  test('keeps two sessions apart', async () => {
    const encoder = await worker('encoder-1');
    const { rtmpPort, addStream } = await ingest({ workers: [encoder.record()] });
    const first = await client({ port: rtmpPort, key: (await addStream()).key }).started();
    const second = await client({ port: rtmpPort, key: (await addStream()).key }).started();
    first.headers();
    second.headers();
    for (let index = 0; index < 100; index++) {
      first.socket.write(first.video(index, index * 33, index === 0));
      second.socket.write(second.video(1_000 + index, index * 33, index === 0));
    }
    first.socket.resetAndDestroy();
    second.socket.end(second.publisher.unpublish());
    const links = [await encoder.link(0), await encoder.link(1)];
    const [a, b] = links[0]!.hello!.sessionId === links[1]!.hello!.sessionId ? [] : links;
    await b!.until(() => b!.ended);
    await a!.until(() => a!.ended);
    const indexes = (link: typeof a) =>
      link!.media.filter(({ payload }) => payload[1] === 1).map(({ payload }) => frameIndex(payload));
    const full = [a, b].map(indexes).find((list) => (list[0] ?? 0) >= 1_000);
    expect(full).toEqual(Array.from({ length: 100 }, (_, index) => 1_000 + index));
  });

  test('passes a status of the worker on, and closes the publisher when the worker ends the session', async () => {
    const encoder = await worker('encoder-1');
    const { rtmpPort, addStream } = await ingest({ workers: [encoder.record()] });
    const { key } = await addStream();
    const publisher = await client({ port: rtmpPort, key }).started();
    const link = await encoder.link();
    link.send({
      type: 'status',
      level: 'status',
      code: 'NetStream.Publish.Idle',
      description: 'No picture has come for a while.',
    });
    link.send({ type: 'end', reason: 'unsupported codec' });
    await publisher.until(() => publisher.closed);
    expect(publisher.statuses.map(({ code }) => code)).toEqual([
      'NetStream.Publish.Start',
      'NetStream.Publish.Idle',
      'NetStream.Unpublish.Success',
    ]);
  });
});

describe('finding a worker', () => {
  test('goes on to the next worker when one cannot be reached, is full or drains', async () => {
    const gone = await worker('gone');
    const record = gone.record();
    gone.die();
    const full = await worker('full', (link) =>
      link.send({ type: 'refused', reason: 'full', description: 'full' }),
    );
    const good = await worker('good');
    const { rtmpPort, addStream } = await ingest({
      workers: [record, full.record({ load: 90 }), good.record({ load: 95 })],
    });
    const { key } = await addStream();
    await client({ port: rtmpPort, key }).started();
    expect((await good.link()).hello).toBeDefined();
  });

  test('goes to the lease holder first', async () => {
    const workers = [await worker('encoder-1'), await worker('encoder-2'), await worker('encoder-3')];
    const { rtmpPort, addStream, store } = await ingest({ workers: workers.map((each) => each.record()) });
    for (const holder of workers) {
      const { streamId, key } = await addStream();
      await store.takeLease({ streamId, workerId: holder.id, broadcastId: 'b' as never });
      await client({ port: rtmpPort, key }).started();
      expect(holder.links).toHaveLength(1);
    }
  });

  test('goes to the holder that a worker names', async () => {
    const holder = await worker('holder');
    const other = await worker('other', (link) =>
      link.send({ type: 'refused', reason: 'held-elsewhere', description: 'held', holder: holder.id }),
    );
    const { rtmpPort, addStream } = await ingest({
      workers: [other.record(), holder.record({ load: 99 })],
    });
    const { key } = await addStream();
    await client({ port: rtmpPort, key }).started();
    expect(holder.links).toHaveLength(1);
    expect(other.links.length).toBeGreaterThanOrEqual(1);
  });

  test('tells the publisher when no worker takes the stream in time', async () => {
    const { rtmpPort, addStream, log, refusals } = await ingest({ limits: { routeMs: 300 } });
    const { key } = await addStream();
    const status = await client({ port: rtmpPort, key }).refused();
    expect(status).toMatchObject({ level: 'error', code: 'NetStream.Publish.Failed' });
    expect(log.of('ingest.publish.unserved')).toMatchObject([{ code: 'NO_WORKER' }]);
    expect(log.of('ingest.publish.refused')).toEqual([]);
    const data = { reason: 'unavailable', detail: 'no encoder is running', client: '127.0.0.1' };
    expect(await refusals.first()).toMatchObject([{ data }]);
  });

  test('tells the publisher that all workers are full, and the log what each of them said', async () => {
    const full = (name: string) =>
      worker(name, (link) => link.send({ type: 'refused', reason: 'full', description: `full, ${name}` }));
    const encoders = [await full('a'), await full('b')];
    const { rtmpPort, addStream, log, refusals } = await ingest({
      workers: encoders.map((each) => each.record()),
      limits: { routeMs: 300 },
    });
    const { key } = await addStream();
    expect(await client({ port: rtmpPort, key }).refused()).toEqual({
      level: 'error',
      code: 'NetStream.Publish.Failed',
      description: 'All encoders are in use. Try again in a minute.',
    });
    const detail = expect.stringMatching(/^(a: full, a; b: full, b|b: full, b; a: full, a)$/);
    expect(log.of('ingest.publish.unserved')).toMatchObject([{ code: 'NO_WORKER', detail }]);
    expect(await refusals.first()).toMatchObject([{ data: { reason: 'full', detail } }]);
  });

  test('refuses a second publisher with BadName, and puts what the worker said into log and journal', async () => {
    const encoder = await worker('encoder-1', (link) =>
      link.send({
        type: 'refused',
        reason: 'busy',
        description: 'The stream is on air from another encoder.',
      }),
    );
    const { rtmpPort, addStream, log, refusals } = await ingest({ workers: [encoder.record()] });
    const { streamId, key } = await addStream();
    const description =
      'Another broadcaster is live with this stream key. Stop that broadcast first, or use another stream.';
    expect(await client({ port: rtmpPort, key }).refused()).toEqual({
      level: 'error',
      code: 'NetStream.Publish.BadName',
      description,
    });
    expect(encoder.links).toHaveLength(1);
    const detail = 'encoder-1: The stream is on air from another encoder';
    expect(log.of('ingest.publish.refused')).toMatchObject([
      { code: 'STREAM_BUSY', reason: description, detail },
    ]);
    expect(log.of('ingest.worker.passed')).toMatchObject([
      { worker: 'encoder-1', reason: 'busy', detail: 'The stream is on air from another encoder.' },
    ]);
    expect(await refusals.first()).toMatchObject([
      { streamId, type: 'publish.refused', data: { reason: 'busy', client: '127.0.0.1', detail } },
    ]);
  });

  test('is refused in words, and asks no other worker, where one says that the stream was taken down', async () => {
    const description = 'This stream is no longer available.';
    const refusing = (name: string) =>
      worker(name, (link) => link.send({ type: 'refused', reason: 'taken-down', description }));
    const encoders = [await refusing('a'), await refusing('b')];
    const { rtmpPort, addStream, log } = await ingest({ workers: encoders.map((each) => each.record()) });
    const { key } = await addStream();
    expect(await client({ port: rtmpPort, key }).refused()).toEqual({
      level: 'error',
      code: 'NetStream.Publish.Rejected',
      description: 'This stream was taken down. Nothing can be broadcast to it until it is restored.',
    });
    expect(log.of('ingest.publish.refused')).toMatchObject([
      { code: 'TAKEN_DOWN', detail: expect.stringMatching(/^[ab]: This stream is no longer available$/) },
    ]);
    expect(encoders.flatMap(({ links }) => links)).toHaveLength(1);
  });

  test('picks a worker that only just joined', async () => {
    const { rtmpPort, addStream, say } = await ingest({});
    const { key } = await addStream();
    const publisher = client({ port: rtmpPort, key });
    const encoder = await worker('late');
    await say(encoder.record());
    await publisher.started();
  });
});
