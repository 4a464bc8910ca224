import { afterEach, describe, expect, test } from '@jest/globals';
import { until as waitUntil } from '../../../drill/rig/waiting.ts';
import {
  isOpen,
  type ManagedChannel,
  unwantChannel,
  wantChannel,
} from '../../../lib/control-store/managed/managed-channel.ts';
import { type MemberId, newBroadcastId } from '../../../lib/routing/ids.ts';
import { FakeWorker } from '../../../testkit/harness/fake-worker.ts';
import { startIngest } from '../../../testkit/harness/ingest-harness.ts';
import { NginxRtmp } from '../../../testkit/harness/nginx-rtmp.ts';
import { readFrameNumbers } from '../../../testkit/media/frame-counter.ts';
import { Publisher } from '../../../testkit/media/publisher.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const until = (holds: () => Promise<boolean>) => waitUntil(60_000, 'what the test waits for', holds);
const broadcastId = newBroadcastId(1);

/** A proxy with a publisher whose stream is on the managed tier. The test is the channel's driver, two nginx are its inputs. */
async function setUp() {
  const inputs = [await NginxRtmp.start(), await NginxRtmp.start()];
  for (const input of inputs) cleanups.push(() => input.stop());
  const worker = await FakeWorker.start('encoder-1');
  cleanups.push(() => worker.die());
  const harness = await startIngest({ workers: [worker.record()] });
  cleanups.push(() => harness.close());
  const { store } = harness;
  const { streamId, key } = await harness.addStream();
  const stream = (await store.getStream(streamId))!;
  await store.updateStream({ ...stream, encoder: 'medialive' });
  await store.takeLease({ streamId, workerId: 'encoder-1' as MemberId, broadcastId });
  const publisher = new Publisher({
    url: `rtmp://127.0.0.1:${harness.rtmpPort}/live/${key}`,
    size: '320x180',
  });
  cleanups.push(() => publisher.stop('SIGKILL'));
  await worker.link();
  const channel = async () => (await store.getDocument(streamId, 'channel'))?.body;
  const put = async (change: (found: ManagedChannel | undefined) => ManagedChannel) => {
    const found = await store.getDocument(streamId, 'channel');
    const body = change(found?.body);
    await store.putDocument({
      streamId,
      kind: 'channel',
      open: isOpen(body),
      version: found?.version ?? 0,
      body,
    });
  };
  await put((found) => wantChannel(found, { broadcastId, epoch: 1, atMs: 1 }));
  const endpoints = inputs.map(({ url }, pipeline) => `${url}/${broadcastId}-${pipeline}`);
  return { harness, worker, inputs, channel, put, endpoints };
}

describe('a proxy whose stream has a managed channel', () => {
  test('pushes to both of its inputs once they are there, says so, and stops when it is not wanted any more', async () => {
    const { harness, inputs, channel, put, endpoints } = await setUp();
    expect(harness.log.of('push.live')).toEqual([]);
    await put((found) => ({ ...found!, state: 'ready', endpoints }));
    await until(async () => (await channel())?.fed === true);
    for (const input of inputs) await input.recorded(50_000);
    await put((found) => unwantChannel(found!, broadcastId));
    await harness.log.until(() => harness.log.of('push.ended').length === 2);
    expect(harness.log.of('push.ended').map(({ destination }) => destination)).toEqual(
      expect.arrayContaining(['channel-0', 'channel-1']),
    );
    for (const input of inputs) {
      const [recording] = await input.recordings();
      const numbers = await readFrameNumbers(recording!);
      expect(numbers.length).toBeGreaterThan(5);
      expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
    }
  });

  test('goes on with one of them while the other is down, and comes back to it', async () => {
    const { harness, inputs, put, endpoints, worker } = await setUp();
    await put((found) => ({ ...found!, state: 'live', endpoints }));
    await harness.log.until(() => harness.log.of('push.live').length === 2);
    const [first, second] = inputs;
    await first!.kill();
    await harness.log.first('push.waiting');
    await second!.recorded(150_000);
    await first!.up();
    await harness.log.until(() => harness.log.of('push.live').length === 3);
    expect((await worker.link()).closed).toBe(false);
    // No user of the stream set them as destinations.
    const journal = await harness.store.listEvents(
      (await harness.store.listStreams({ limit: 1 })).streams[0]!.id,
      {
        limit: 10,
      },
    );
    expect(journal).toEqual([]);
  });
});
