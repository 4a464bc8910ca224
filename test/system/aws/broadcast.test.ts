import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createS3ObjectStore } from '../../../lib/adapters/aws/s3-object-store.ts';
import { EmulatedQueue } from '../../../testkit/aws/emulated-queue.ts';
import { type AwsEmulator, startEmulator } from '../../../testkit/aws/emulator.ts';
import { readFrameNumbers } from '../../../testkit/media/frame-counter.ts';
import { fetchMultivariant, fetchRendition } from '../../../testkit/media/playback.ts';
import { Publisher } from '../../../testkit/media/publisher.ts';
import { Platform } from '../../../testkit/platform/platform.ts';
import { createStream, getStream, streamEvent } from '../../../testkit/platform/streams.ts';

let emulator: AwsEmulator;
let queue: EmulatedQueue;
let platform: Platform;
beforeAll(async () => {
  emulator = await startEmulator();
  queue = await EmulatedQueue.create(emulator.endpoint, 'what-other-systems-hear');
  const admin = new EventBridgeClient(emulator.client);
  await admin.send(new PutRuleCommand({ Name: 'all', EventPattern: '{"source":["headwater"]}' }));
  await admin.send(new PutTargetsCommand({ Rule: 'all', Targets: [{ Id: 'queue', Arn: queue.arn }] }));
  admin.destroy();
  platform = await Platform.start(['--aws-endpoint', emulator.endpoint], undefined, emulator.environment);
});
afterAll(async () => {
  await platform?.stop();
  await emulator?.stop();
});

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** What other systems heard of a stream, in order. */
async function heard(streamId: string, count: number): Promise<string[]> {
  const messages = (await queue.receive(count)).map((text) => JSON.parse(text));
  return messages
    .filter(({ detail }) => detail.streamId === streamId)
    .toSorted((one, other) => one.detail.atMs - other.detail.atMs)
    .map((message) => message['detail-type']);
}

describe('a broadcast with S3, DynamoDB, Secrets Manager and EventBridge behind it', () => {
  test('lies in the bucket, plays through the edge with every frame, and other systems hear of it', async () => {
    const stream = await createStream(platform, { name: 'in the bucket' });
    const { url, key } = stream.ingest.rtmps;
    const publisher = new Publisher({ url: `${url}/${key}`, seconds: 10, size: '640x360' });
    await streamEvent(platform, stream.id, 'stream.live');
    const { broadcast } = await getStream(platform, stream.id);
    const variants = (await fetchMultivariant(stream.playback.hls)).variants;
    expect(variants.map(({ resolution }) => resolution?.height)).toContain(360);

    expect(await publisher.ended()).toBe(0);
    await streamEvent(platform, stream.id, 'recording.ready');
    const recording = `${platform.ready.edge}/local/${stream.id}/${broadcast?.id}/index.m3u8`;
    const { playlist, media } = await fetchRendition(recording, 360);
    expect(playlist.endlist).toBe(true);
    expect(await readFrameNumbers(media)).toEqual(upTo(300));

    const bucket = createS3ObjectStore({ bucket: 'headwater-origin', client: emulator.client });
    const folder = `local/${stream.id}/${broadcast?.id}/360p/`;
    const { keys } = await bucket.list(folder, { limit: 100 });
    const segments = playlist.segments.map(({ uri }) => folder + uri);
    expect(keys).toEqual(
      expect.arrayContaining([`${folder}init-1.mp4`, `${folder}playlist.m3u8`, ...segments]),
    );
    expect(await bucket.get(segments[0] ?? '')).toMatchObject({
      contentType: 'video/iso.segment',
      cacheControl: expect.stringContaining('immutable'),
    });
    bucket.close();
    expect(await heard(stream.id, 3)).toEqual(['stream.live', 'stream.ended', 'recording.ready']);
  });

  test('kill -9 of the worker: another takes the lease over, and no frame is lost or doubled', async () => {
    const stream = await createStream(platform, { name: 'moved' });
    const { url, key } = stream.ingest.rtmp;
    const publisher = new Publisher({ url: `${url}/${key}`, seconds: 14, size: '640x360' });
    await streamEvent(platform, stream.id, 'stream.live');
    const before = (await getStream(platform, stream.id)).broadcast;
    process.kill(platform.pidOf(before?.workerId ?? ''), 'SIGKILL');
    await streamEvent(platform, stream.id, 'publisher.rehomed');
    const after = (await getStream(platform, stream.id)).broadcast;
    expect(after?.id).toBe(before?.id);
    expect(after?.workerId).not.toBe(before?.workerId);
    expect(await publisher.ended()).toBe(0);
    await streamEvent(platform, stream.id, 'recording.ready');

    const recording = `${platform.ready.edge}/local/${stream.id}/${before?.id}/index.m3u8`;
    const { playlist, media } = await fetchRendition(recording, 360);
    expect(playlist.segments.filter(({ discontinuity, gap }) => discontinuity || gap)).toEqual([]);
    expect(await readFrameNumbers(media)).toEqual(upTo(420));
    expect(await heard(stream.id, 3)).toEqual(['stream.live', 'stream.ended', 'recording.ready']);
  });
});
