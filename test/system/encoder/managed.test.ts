import { beforeAll, describe, expect, test } from '@jest/globals';
import { until as waitUntil } from '../../../drill/rig/waiting.ts';
import { isOpen, type ManagedChannel } from '../../../lib/control-store/managed/managed-channel.ts';
import type { FlvTag } from '../../../lib/protocol/flv/tag.ts';
import { EncoderHarness } from '../../../testkit/harness/encoder-harness.ts';
import { makeClip, RelayFeed } from '../../../testkit/media/relay-feed.ts';

/** Longer than anything here takes. */
const until = (holds: () => Promise<boolean>) => waitUntil(60_000, 'what the test waits for', holds);

let clip: FlvTag[];
beforeAll(async () => {
  clip = await makeClip({ seconds: 40, size: '320x180', gop: 30 });
});

/** Workers, a publisher and the channel's document, whose driver the test is: it says how the channel stands. */
async function onManagedTier() {
  const harness = await EncoderHarness.start();
  const { store, streamId } = harness;
  const stream = await store.getStream(streamId);
  await store.updateStream({ ...stream!, encoder: 'medialive' });
  const channel = () => store.getDocument(streamId, 'channel');
  return {
    harness,
    channel,
    broadcast: () => store.latestBroadcast(streamId),
    async wanted(): Promise<ManagedChannel> {
      await until(async () => (await channel()) !== undefined);
      return (await channel())!.body;
    },
    async drive(change: Partial<ManagedChannel>): Promise<void> {
      const document = (await channel())!;
      const body = { ...document.body, ...change };
      await store.putDocument({ ...document, open: isOpen(body), body });
    },
  };
}

const endpoints = ['rtmp://192.0.2.1:1935/a/b', 'rtmp://192.0.2.2:1935/a/b'];

describe('a broadcast on the managed tier', () => {
  test('asks for a channel for the picture that comes, tells the broadcaster how it stands, and is live with it', async () => {
    const { harness, broadcast, wanted, drive, channel } = await onManagedTier();
    await using _ = harness;
    const feed = await harness.publish();
    void feed.send(clip);
    const asked = await wanted();
    const begun = (await broadcast())!;
    expect(asked).toMatchObject({ broadcastId: begun.id, epoch: 1, intent: 'wanted', state: 'none' });
    expect(asked.source).toMatchObject({ width: 320, height: 180, frameRate: 30 });
    expect(begun).toMatchObject({ encoder: 'medialive', state: 'starting', workerId: 'encoder-1' });
    const status = await feed.frame('status');
    expect(status).toMatchObject({
      level: 'status',
      description: expect.stringContaining('starting, about'),
    });

    await drive({ state: 'live', endpoints });
    await harness.event('encoder.broadcast.live');
    await until(async () => (await broadcast())?.state === 'live');
    expect((await broadcast())!.renditions.map(({ id }) => id)).toContain('audio');
    expect(await feed.frame('published-through')).toBeDefined();

    feed.unpublish();
    await harness.event('encoder.broadcast.ended');
    feed.drop();
    await until(async () => (await channel())?.body.intent === 'unwanted');
    expect(await broadcast()).toMatchObject({ state: 'ended', endReason: 'publisher-ended' });
    expect(harness.encoders).toHaveLength(0);
    expect(await harness.journalTypes()).toEqual([
      'broadcast.starting',
      'managed.channel.starting',
      'stream.live',
      'stream.ended',
    ]);
  });

  test('goes on, with the same channel, on another worker', async () => {
    const { harness, broadcast, wanted, drive, channel } = await onManagedTier();
    await using _ = harness;
    const feed = await harness.publish();
    void feed.send(clip);
    await wanted();
    await drive({ state: 'live', endpoints });
    await harness.event('encoder.broadcast.live');
    const before = (await broadcast())!;
    feed.drop();
    await harness.worker.drain();
    const second = await harness.anotherWorker('encoder-2');
    const again = new RelayFeed(second.port, harness.streamId, 'session-2');
    expect(await again.frame('accepted')).toMatchObject({ broadcastId: before.id, epoch: 2 });
    void again.send(clip);
    await until(async () => (await broadcast())?.state === 'live');
    expect(await broadcast()).toMatchObject({ id: before.id, encoder: 'medialive', workerId: 'encoder-2' });
    await until(async () => (await channel())?.body.epoch === 2);
    expect((await channel())!.body).toMatchObject({ intent: 'wanted', broadcastId: before.id });
    again.drop();
  });

  test('falls back to the fleet when its channel fails, and the publisher stays', async () => {
    const { harness, broadcast, wanted, drive } = await onManagedTier();
    await using _ = harness;
    const feed = await harness.publish();
    void feed.send(clip);
    const { broadcastId } = await wanted();
    await drive({ state: 'stopping', failure: { reason: 'quota', atMs: 1 } });
    await feed.closed;
    feed.drop();
    const words = feed.frames.flatMap((frame) => (frame.type === 'status' ? [frame.description] : []));
    expect(words.at(-1)).toContain('has reached its MediaLive quota');
    // Closed without an end: its proxy brings the publisher again.
    expect(feed.frames.some(({ type }) => type === 'end')).toBe(false);
    const again = await harness.publish();
    void again.send(clip);
    await harness.event('encoder.broadcast.live');
    expect(await broadcast()).not.toHaveProperty('encoder');
    expect((await broadcast())!.id > broadcastId).toBe(true);
    expect(harness.encoders).toHaveLength(1);
    expect(await harness.store.getBroadcast(harness.streamId, broadcastId)).toMatchObject({
      state: 'ended',
      endReason: 'encoder-failed',
    });
    again.drop();
  });

  test('tries the managed tier again for a publisher that connects anew', async () => {
    const { harness, broadcast, wanted, drive } = await onManagedTier();
    await using _ = harness;
    const feed = await harness.publish();
    void feed.send(clip);
    await wanted();
    await drive({ state: 'stopping', failure: { reason: 'died', atMs: 1 } });
    await feed.closed;
    feed.drop();
    const next = await harness.publish('session-2');
    void next.send(clip);
    await until(async () => (await broadcast())?.state === 'starting');
    expect(await broadcast()).toMatchObject({ encoder: 'medialive' });
    expect(harness.encoders).toHaveLength(0);
    next.drop();
  });

  test('ends where a newer broadcast has the channel', async () => {
    const { harness, broadcast, wanted, drive } = await onManagedTier();
    await using _ = harness;
    const feed = await harness.publish();
    void feed.send(clip);
    await wanted();
    await drive({ failure: { reason: 'superseded', atMs: 1 } });
    expect(await feed.frame('end')).toBeDefined();
    feed.drop();
    await until(async () => (await broadcast())?.state === 'ended');
    expect(await broadcast()).toMatchObject({ endReason: 'encoder-failed' });
  });
});
