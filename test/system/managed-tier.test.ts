import { afterEach, expect, test } from '@jest/globals';
import { until as waitUntil } from '../../drill/rig/waiting.ts';
import { ChannelIndexWriter } from '../../lib/control/managed-channels/channel-index-writer.ts';
import { ChannelRunner } from '../../lib/control/managed-channels/channel-runner.ts';
import { namedPlaylists } from '../../lib/control/managed-channels/policy/channel-index.ts';
import type { MemberId } from '../../lib/routing/ids.ts';
import { formatStreamKey, hashStreamKey, newStreamKey } from '../../lib/routing/stream-key.ts';
import { FfmpegChannel } from '../../testkit/aws/ffmpeg-channel.ts';
import { EncoderHarness } from '../../testkit/harness/encoder-harness.ts';
import { pepper, startIngest } from '../../testkit/harness/ingest-harness.ts';
import { NginxRtmp } from '../../testkit/harness/nginx-rtmp.ts';
import { readFrameNumbers } from '../../testkit/media/frame-counter.ts';
import { Publisher } from '../../testkit/media/publisher.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const until = (what: string, holds: () => Promise<boolean>) => waitUntil(90_000, what, holds);

/** A proxy, a worker and the driver of channels over one store, as on AWS; the channel is an ffmpeg behind an nginx. */
async function setUp() {
  const encoder = await EncoderHarness.start();
  cleanups.push(() => encoder.close());
  const { store, objects, streamId } = encoder;
  const key = newStreamKey(streamId);
  const stream = (await store.getStream(streamId))!;
  const keys = [{ id: 'k', hash: hashStreamKey(key, pepper), createdAtMs: 0 }];
  await store.updateStream({ ...stream, keys, encoder: 'medialive' });
  const ingest = await startIngest({ store: () => store });
  cleanups.push(() => ingest.close());
  const input = await NginxRtmp.start();
  cleanups.push(() => input.stop());
  const channel = new FfmpegChannel(input, objects);
  cleanups.push(() => channel.stop());
  const runner = new ChannelRunner({
    store,
    encoder: channel,
    index: new ChannelIndexWriter(objects, 'local'),
    plan: { region: 'local', channelClass: 'SINGLE_PIPELINE' },
    emit: () => {},
    wallMs: () => Date.now(),
    pause: (ms) => new Promise((wake) => setTimeout(wake, ms)),
  });
  let over = false;
  const driving = (async () => {
    while (!over) {
      await runner.driveAll();
      await new Promise((wake) => setTimeout(wake, 200));
    }
  })();
  cleanups.push(async () => {
    over = true;
    await driving;
  });
  const publisher = new Publisher({
    url: `rtmp://127.0.0.1:${ingest.rtmpPort}/live/${formatStreamKey(key)}`,
    size: '320x180',
  });
  cleanups.push(() => publisher.stop('SIGKILL'));
  return {
    encoder,
    channel,
    publisher,
    broadcast: () => store.latestBroadcast(streamId),
    document: async () => (await store.getDocument(streamId, 'channel'))?.body,
    /** What a player finds by the stream's own URL, once there are so many segments: the media of them. */
    async played(segmentCount: number): Promise<Buffer> {
      const folder = `local/${streamId}/`;
      const read = async (name: string) => (await objects.get(folder + name))?.body ?? Buffer.alloc(0);
      const [name = ''] = namedPlaylists((await read('index.m3u8')).toString());
      const beside = name.slice(0, name.lastIndexOf('/') + 1);
      let playlist = '';
      const segments = () => playlist.split('\n').filter((line) => line.endsWith('.mp4'));
      await until('the segments', async () => {
        playlist = (await read(name)).toString();
        return segments().length >= segmentCount;
      });
      const init = /URI="([^"]+)"/.exec(playlist)?.[1] ?? '';
      return Buffer.concat(await Promise.all([init, ...segments()].map((file) => read(beside + file))));
    },
  };
}

test('a stream on the managed tier plays by its own URL, whole, and nothing of its channel is left afterwards', async () => {
  const { channel, publisher, broadcast, document, played } = await setUp();
  await until('the broadcast is live', async () => (await broadcast())?.state === 'live');
  expect(await document()).toMatchObject({ state: 'live', fed: true });
  const numbers = await readFrameNumbers(await played(3));
  expect(numbers.length).toBeGreaterThanOrEqual(180);
  expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
  await publisher.stop('SIGINT');
  await until('all is gone', async () => (await document())?.state === 'gone');
  expect(channel.commands.slice(0, 3)).toEqual(['create-input', 'create-channel', 'start']);
  expect(channel.commands.slice(-3)).toEqual(['stop', 'delete-channel', 'delete-input']);
  expect(await broadcast()).toMatchObject({ state: 'ended', endReason: 'publisher-ended' });
});

test('when the channel dies the fleet goes on, and the broadcaster stays connected', async () => {
  const { channel, encoder, publisher, broadcast, document } = await setUp();
  await until('the broadcast is live', async () => (await broadcast())?.state === 'live');
  const managed = (await broadcast())!;
  await channel.die();
  await until('the fleet is live', async () => {
    const now = await broadcast();
    return now?.id !== managed.id && now?.state === 'live';
  });
  expect(publisher.process.exitCode).toBeNull();
  expect((await broadcast())!.workerId).toBe('encoder-1' as MemberId);
  const index = await encoder.objects.get(`local/${encoder.streamId}/index.m3u8`);
  expect(index!.body.toString()).toContain((await broadcast())!.id);
  await until('the channel is gone', async () => (await document())?.state === 'gone');
  expect(await encoder.journalTypes()).toEqual(
    expect.arrayContaining(['managed.channel.failed', 'stream.live']),
  );
});
