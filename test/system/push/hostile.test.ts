import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { PushStanding } from '../../../lib/control-store/push-states.ts';
import type { RtmpMessage } from '../../../lib/protocol/rtmp/chunk-reader.ts';
import { ChunkWriter } from '../../../lib/protocol/rtmp/chunk-writer.ts';
import { encodeCommand } from '../../../lib/protocol/rtmp/commands.ts';
import { encodeControl } from '../../../lib/protocol/rtmp/messages.ts';
import type { StreamId } from '../../../lib/routing/ids.ts';
import { FakeRtmpServer } from '../../../testkit/harness/fake-rtmp-server.ts';
import { type FakeLink, FakeWorker } from '../../../testkit/harness/fake-worker.ts';
import {
  type HarnessOptions,
  type IngestHarness,
  startIngest,
  type TestDestination,
} from '../../../testkit/harness/ingest-harness.ts';
import { frameIndex, RtmpClient } from '../../../testkit/harness/rtmp-client.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A proxy with a publisher on air, and a stream that goes to `destinations` too. */
async function onAir(destinations: readonly TestDestination[], push: HarnessOptions['push'] = {}) {
  const worker = await FakeWorker.start('encoder-1');
  cleanups.push(() => worker.die());
  const harness = await startIngest({ push, workers: [worker.record()] });
  cleanups.push(() => harness.close());
  const { streamId, key } = await harness.addStream(destinations);
  const client = new RtmpClient({ port: harness.rtmpPort, key });
  cleanups.push(() => client.socket.destroy());
  await client.started();
  client.headers();
  return { worker, harness, streamId, client, link: await worker.link() };
}

async function raw(connected: (socket: Socket) => void): Promise<FakeRtmpServer> {
  const server = await FakeRtmpServer.raw(connected);
  cleanups.push(() => server.close());
  return server;
}

const standing = async (harness: IngestHarness, streamId: StreamId): Promise<PushStanding | undefined> =>
  (await harness.store.getDocument(streamId, 'pushes'))?.body.destinations[0];

/** Types of the stream's journal, once it has so many lines. */
async function journal(harness: IngestHarness, streamId: StreamId, lines: number): Promise<string[]> {
  for (;;) {
    const events = await harness.store.listEvents(streamId, { limit: 100 });
    if (events.length >= lines) return events.map(({ type }) => type);
    await delay(25);
  }
}

const to = (url: string, id = 'd1'): TestDestination => ({ id, url, key: 'there' });
const chunksOf = (message: RtmpMessage): Buffer => new ChunkWriter().write(message);
/** The handshake of a server: S0, S1 and S2, whatever the client says. */
const greeting = Buffer.concat([Buffer.of(3), Buffer.alloc(2 * 1536)]);

describe('a destination that cannot be pushed to', () => {
  test.each([
    ['the metadata address of a cloud', 'rtmp://169.254.169.254/live', [], 'is not a public address'],
    ['this machine', 'rtmp://127.0.0.1:1935/live', [], 'is not a public address'],
    ['a name that leads inside', 'rtmp://a.example/live', ['10.0.0.7'], 'resolves to 10.0.0.7'],
    [
      'a name of which one address is inside',
      'rtmp://a.example/live',
      ['8.8.8.8', 'fd00:ec2::254'],
      'resolves to fd00',
    ],
    [
      'a name that leads to mapped loopback',
      'rtmp://a.example/live',
      ['::ffff:127.0.0.1'],
      'is not a public',
    ],
  ])('%s is refused for good, and nothing is connected to', async (_, url, addresses, words) => {
    let dialled = false;
    const server = createServer(() => {
      dialled = true;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => server.close());
    const { harness, streamId, link, client } = await onAir([to(url)], {
      allow: [],
      resolve: async () => addresses,
    });
    const refused = await harness.log.first('push.refused');
    expect(refused.detail).toContain(words);
    client.socket.write(client.video(1, 0, true));
    await link.until(() => link.media.length === 3);
    expect(dialled).toBe(false);
    expect(await journal(harness, streamId, 1)).toEqual(['simulcast.refused']);
    expect(await standing(harness, streamId)).toMatchObject({ state: 'refused' });
  });

  test('one that sends us to another server is not followed', async () => {
    const inner = await raw(() => {});
    const server = await raw((socket) => {
      let heard = 0;
      socket.write(greeting);
      socket.on('data', (bytes) => {
        heard += bytes.length;
        // C0, C1, C2, and then a connect.
        if (heard < 1 + 2 * 1536 + 100) return;
        const info = {
          level: 'error',
          code: 'NetConnection.Connect.Rejected',
          description: 'Redirected.',
          ex: { code: 302, redirect: inner.url },
        };
        const answer = encodeCommand({ name: '_error', transactionId: 1, args: [null, info] });
        socket.write(chunksOf(answer));
      });
    });
    const { harness } = await onAir([to(server.url)]);
    expect((await harness.log.first('push.refused')).detail).toContain('another server');
    expect(inner.sockets).toHaveLength(0);
  });

  const faults: readonly [name: string, (socket: Socket) => void, words: string][] = [
    ['answers garbage', (socket) => socket.write(Buffer.alloc(5_000, 0x47)), 'violated the RTMP protocol'],
    [
      'answers garbage after its handshake',
      (socket) => socket.write(Buffer.concat([greeting, Buffer.alloc(5_000, 0x47)])),
      'violated the RTMP protocol',
    ],
    [
      'announces a message that is too long',
      (socket) =>
        socket.write(Buffer.concat([greeting, Buffer.of(3, 0, 0, 0, 0xff, 0xff, 0xff, 20, 0, 0, 0, 0)])),
      'violated the RTMP protocol',
    ],
    [
      'sends without end',
      (socket) => {
        const pong = chunksOf(encodeControl({ kind: 'ping-response', timestampMs: 1 }));
        socket.write(greeting);
        const more = () => {
          while (socket.write(Buffer.concat(Array.from({ length: 1_000 }, () => pong))));
        };
        socket.on('drain', more);
        more();
      },
      'no answer to publish in',
    ],
    ['hangs up', (socket) => socket.end(), 'closed the connection'],
    ['resets', (socket) => socket.resetAndDestroy(), 'dropped the connection'],
  ];

  test(`one that ${faults.map(([name]) => name).join(', ')}, is left and tried again after a pause`, async () => {
    const servers = await Promise.all(faults.map(([, connected]) => raw(connected)));
    const destinations = servers.map(({ url }) => to(url));
    const { harness, streamId } = await onAir(destinations.slice(0, 1));
    const streams = [streamId];
    for (const destination of destinations.slice(1)) {
      const stream = await harness.addStream([destination]);
      const client = new RtmpClient({ port: harness.rtmpPort, key: stream.key });
      cleanups.push(() => client.socket.destroy());
      await client.started();
      streams.push(stream.streamId);
    }
    for (const [index, [name, , words]] of faults.entries()) {
      const stream = streams[index]!;
      const server = servers[index]!;
      const told = () => harness.log.of('push.waiting').filter((fields) => fields.stream === stream);
      await harness.log.until(() => told().length > 0);
      const [{ detail, againMs } = {}] = told();
      expect({ name, detail }).toEqual({ name, detail: expect.stringContaining(words) });
      expect(againMs).toBeLessThanOrEqual(1_250);
      await server.until(() => server.sockets.length >= 2);
      // The second fault is no news.
      expect(told()).toHaveLength(1);
      expect(await standing(harness, stream)).toMatchObject({ state: 'waiting' });
    }
  });

  test('one that says no is asked again later, and its words are shown without the key', async () => {
    const server = await FakeRtmpServer.start((publish) =>
      publish.refuse('NetStream.Publish.BadName', 'Stream there is already publishing'),
    );
    cleanups.push(() => server.close());
    const { harness } = await onAir([to(server.url)]);
    const { detail, againMs } = await harness.log.first('push.waiting');
    expect(detail).toBe('the server refused: “Stream … is already publishing” (NetStream.Publish.BadName)');
    expect(againMs).toBeGreaterThan(3_000);
  });
});

const quantile = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? 0;

describe('while a destination is slow or down, the main path', () => {
  test('loses nothing and is as fast as before, and memory stays bounded', async () => {
    const accepting = await FakeRtmpServer.start();
    const deaf = await FakeRtmpServer.start((publish) => {
      publish.accept();
      publish.socket.pause();
    });
    const resetting = await FakeRtmpServer.start((publish) => {
      publish.accept();
      setTimeout(() => publish.socket.resetAndDestroy(), 200);
    });
    for (const server of [accepting, deaf, resetting]) cleanups.push(() => server.close());
    const limits = { maxBytes: 1024 * 1024, maxMs: 60_000, stalledMs: 1_500 };
    const { harness, worker, client, link } = await onAir(
      [to(accepting.url, 'd1'), to(deaf.url, 'd2'), to(resetting.url, 'd3')],
      { limits },
    );
    await harness.log.until(() => harness.log.of('push.live').length >= 3);
    const other = await harness.addStream();
    const beside = new RtmpClient({ port: harness.rtmpPort, key: other.key });
    cleanups.push(() => beside.socket.destroy());
    await beside.started();
    beside.headers();
    const besideLink = await worker.link(1);
    /** Until the worker has the frame. */
    const send = async (from: RtmpClient, at: FakeLink, index: number): Promise<number> => {
      const sentMs = performance.now();
      from.socket.write(from.video(index, index * 10, index % 20 === 0, 40_000));
      await at.until(() => at.media.length >= index + 3);
      return performance.now() - sentMs;
    };
    const [pushed, alone]: [number[], number[]] = [[], []];
    const total = 400;
    let most = 0;
    for (let index = 0; index < total; index++) {
      pushed.push(await send(client, link, index));
      alone.push(await send(beside, besideLink, index));
      most = Math.max(most, harness.pushBudget.usedBytes);
    }
    const frames = link.media.filter(({ payload }) => payload[1] === 1);
    expect(frames.map(({ payload }) => frameIndex(payload))).toEqual(
      Array.from({ length: total }, (_, i) => i),
    );
    // 16 MB went by; each queue holds at most its megabyte.
    expect(most).toBeLessThan(3 * limits.maxBytes);
    expect(quantile(pushed, 0.5)).toBeLessThan(2 * quantile(alone, 0.5) + 10);
    expect(quantile(pushed, 0.99)).toBeLessThan(quantile(alone, 0.99) + 500);
    // The one that takes everything gets everything from its first key frame on.
    const there = await accepting.publish();
    await there.until(() => frameIndex(there.media.at(-1)?.payload ?? Buffer.alloc(9)) === total - 1);
    const got = there.media.filter(({ typeId, payload }) => typeId === 9 && payload[1] === 1);
    const first = frameIndex(got[0]!.payload);
    expect(first % 20).toBe(0);
    expect(got.map(({ payload }) => frameIndex(payload))).toEqual(
      Array.from({ length: total - first }, (_, i) => first + i),
    );
    await harness.log.until(() =>
      harness.log
        .of('push.waiting')
        .some(
          ({ destination, detail }) => destination === 'd2' && String(detail).includes('accepted no data'),
        ),
    );
    expect(harness.log.of('push.shed').some(({ destination }) => destination === 'd2')).toBe(true);
    expect(harness.log.of('push.waiting').some(({ destination }) => destination === 'd3')).toBe(true);
    expect(harness.log.of('ingest.worker.lost')).toEqual([]);
  });
});
