import { beforeAll, describe, expect, test } from '@jest/globals';
import { cellMs } from '../../../lib/packaging/storyboard/cells.ts';
import type { FlvTag } from '../../../lib/protocol/flv/tag.ts';
import { EncoderHarness } from '../../../testkit/harness/encoder-harness.ts';
import { makeClip, RelayFeed } from '../../../testkit/media/relay-feed.ts';
import { expectMeasuredRates } from './expect-measured-rates.ts';
import { expectWhole } from './expect-whole.ts';
import { cuesOf } from './storyboard-pictures.ts';

// Clips are sent in real time and cost little to encode: tests run side by side, each with workers of its own.

let clip: FlvTag[];
beforeAll(async () => {
  clip = await makeClip({ seconds: 7, size: '320x240' });
});
const first = (ms: number): FlvTag[] => clip.filter(({ timestampMs }) => timestampMs < ms);

/** The worker stops; the proxy has another one ready as soon as it is told so, and lets this one go. */
async function drainFrom(harness: EncoderHarness, feed: RelayFeed): Promise<void> {
  const drained = harness.worker.drain();
  await feed.frame('draining');
  feed.drop();
  await drained;
}

describe('Another worker', () => {
  test.concurrent('goes on with a broadcast whose worker was stopped: same broadcast, next number, one recording', async () => {
    await using harness = await EncoderHarness.start();
    const before = await harness.publish('before');
    const { broadcastId } = await before.frame('accepted');
    const sending = before.send(clip);
    await harness.event('encoder.broadcast.state');
    await before.frame('published-through');
    await drainFrom(harness, before);
    await sending;
    expect((await harness.store.latestBroadcast(harness.streamId))?.state).toBe('reconnecting');
    const through = before.frames.findLast((frame) => frame.type === 'published-through');

    const next = await harness.anotherWorker('encoder-2');
    const after = new RelayFeed(next.port, harness.streamId, 'after', { replayFromMs: through!.timestampMs });
    expect(await after.frame('accepted')).toMatchObject({ broadcastId, epoch: 2 });
    await after.send(clip);
    after.unpublish();
    const recording = await harness.recorded();
    const { segments } = await recording.playlist('240p/playlist.m3u8');
    expect(segments.map(({ uri }) => uri)).toEqual(segments.map((_, number) => `${number}.m4s`));
    expect(segments.length).toBeGreaterThanOrEqual(5);
    await expectMeasuredRates(recording);
    // The second one's init segments are the same bytes: no viewer notices.
    expect(segments.some(({ discontinuity }) => discontinuity)).toBe(false);
    const packets = await recording.packets('240p');
    const steps = packets.slice(1).map(({ ptsMs }, at) => ptsMs - packets[at]!.ptsMs);
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThan(70);
    // Both made pictures for the seek bar, and none is missing.
    const storyboard = cuesOf(await harness.text(`local/${harness.streamId}/${broadcastId}/storyboard.vtt`));
    expect(storyboard.map(({ startMs }) => startMs)).toEqual(storyboard.map((_, cell) => cell * cellMs));
    expect(new Set(storyboard.map(({ sprite }) => sprite.replace(/.*-/, '')))).toEqual(
      new Set(['1.jpg', '2.jpg']),
    );
    const broadcast = await harness.store.latestBroadcast(harness.streamId);
    expect(broadcast).toMatchObject({ id: broadcastId, state: 'ended', workerId: 'encoder-2', epoch: 2 });
    const told = await harness.store.listEvents(harness.streamId, { limit: 100 });
    expect(told.map(({ type }) => type)).not.toContain('stream.resumed');
    const moved = told.find(({ type }) => type === 'publisher.rehomed');
    expect(moved?.data).toMatchObject({ fromWorkerId: 'encoder-1', toWorkerId: 'encoder-2' });
  });

  test.concurrent('goes on at the very picture where the one before stopped, when its proxy sends the session again', async () => {
    await using harness = await EncoderHarness.start();
    const before = await harness.publish('session');
    const { broadcastId } = await before.frame('accepted');
    const sending = before.send(clip);
    await before.frame('published-through');
    await drainFrom(harness, before);
    await sending;
    const next = await harness.anotherWorker('encoder-2');
    expect(await replay(harness, next.port, before)).toMatchObject({ broadcastId, epoch: 2 });
    const recording = await harness.recorded();
    await expectWhole(recording, 4);
    expect(await recording.packets('240p')).toHaveLength(7 * 30);
    const told = await harness.store.listEvents(harness.streamId, { limit: 100 });
    const moved = told.find(({ type }) => type === 'publisher.rehomed');
    expect(moved?.data).toMatchObject({ cause: 'handed-over', lostMs: 0 });
    expect(moved?.text).toContain('because encoder-1 was shutting down');
  });

  test.concurrent('with another encoder goes on at the same picture, with a marked point and init segments of its own', async () => {
    await using harness = await EncoderHarness.start();
    const before = await harness.publish('session');
    const sending = before.send(clip);
    await before.frame('published-through');
    await drainFrom(harness, before);
    await sending;
    const next = await harness.anotherWorker('encoder-2', (args) =>
      args.map((arg) => (arg === 'main' ? 'baseline' : arg)),
    );
    await replay(harness, next.port, before);
    const recording = await harness.recorded();
    const { segments } = await recording.playlist('240p/playlist.m3u8');
    expect(segments.map(({ uri }) => uri)).toEqual(['0.m4s', '1.m4s', '2.m4s', '3.m4s']);
    expect(segments.filter(({ discontinuity }) => discontinuity)).toHaveLength(1);
    const maps = segments.map(({ map }) => map?.uri);
    expect(new Set(maps)).toEqual(new Set(['init-1.mp4', 'init-2.mp4']));
    expect(await recording.packets('240p')).toHaveLength(7 * 30);
    const prefix = `local/${harness.streamId}/${(await harness.store.latestBroadcast(harness.streamId))?.id}/`;
    const manifest = await harness.text(`${prefix}manifest.mpd`);
    const pictures = manifest.match(/codecs="avc1[^"]*"/g);
    expect(new Set(pictures).size).toBe(2);
  });

  test.concurrent('makes the end that was asked of the one before, which did not live to see it', async () => {
    let deaf = true;
    await using harness = await EncoderHarness.start({
      control: (store) => ({
        ...store,
        renewLease: async (hold) => ({
          ...(await store.renewLease(hold)),
          ...(deaf && { endRequested: false }),
        }),
      }),
    });
    const feed = await harness.publish('session');
    const { broadcastId } = await feed.frame('accepted');
    const sending = feed.send(clip);
    const { timestampMs: replayFromMs } = await feed.frame('published-through');
    await harness.store.requestEnd(harness.streamId, broadcastId);
    await harness.worker.drain();
    deaf = false;
    feed.drop();
    await sending;
    const next = await harness.anotherWorker('encoder-2');
    const after = new RelayFeed(next.port, harness.streamId, 'session', { replayFromMs });
    expect(await after.frame('accepted')).toMatchObject({ broadcastId, epoch: 2 });
    await after.frame('end');
    await harness.recorded();
    expect(harness.named('encoder.broadcast.ended')).toMatchObject([{ reason: 'ended-by-api' }]);
    // The API tells that, once.
    expect(await harness.journalTypes()).not.toContain('stream.end-requested');
  });

  test.concurrent('ends a broadcast that nobody brings back, with its recording complete', async () => {
    await using harness = await EncoderHarness.start({ reconnectWindowMs: 1000 });
    const feed = await harness.publish();
    await feed.send(first(5000));
    await feed.frame('published-through');
    await harness.worker.drain();
    await harness.anotherWorker('encoder-2');
    const recording = await harness.recorded();
    expect((await recording.playlist('240p/playlist.m3u8')).endlist).toBe(true);
    expect(await harness.store.latestBroadcast(harness.streamId)).toMatchObject({
      state: 'ended',
      endReason: 'reconnect-window-over',
    });
  });
});

/**
 * Sends the clip to another worker as a proxy does: from a key frame well before what the worker before said to be published.
 * The segment in between must not come twice. Ends the broadcast; returns what the worker answered.
 */
async function replay(harness: EncoderHarness, port: number, before: RelayFeed) {
  const through = before.frames.findLast((frame) => frame.type === 'published-through')!.timestampMs;
  const isHeader = ({ type, payload }: FlvTag): boolean => type === 'script' || payload[1] === 0;
  const startMs = Math.max(0, 2000 * Math.floor(through / 2000) - 2000);
  const headers = clip.filter(isHeader).map((tag) => ({ ...tag, timestampMs: startMs }));
  const media = clip.filter((tag) => !isHeader(tag));
  const at = media.findIndex((tag) => tag.type === 'video' && tag.timestampMs >= startMs);
  const after = new RelayFeed(port, harness.streamId, 'session', { replayFromMs: media[at]!.timestampMs });
  const accepted = await after.frame('accepted');
  await after.send([...headers, ...media.slice(at)]);
  after.unpublish();
  return accepted;
}
