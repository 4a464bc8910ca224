import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { broadcastPrefix } from '../../../lib/object-store/object-names.ts';
import type { FlvTag } from '../../../lib/protocol/flv/tag.ts';
import { EncoderHarness } from '../../../testkit/harness/encoder-harness.ts';
import { type RecordedPacket, Recording } from '../../../testkit/media/recording.ts';
import { makeClip, RelayFeed } from '../../../testkit/media/relay-feed.ts';
import { expectMeasuredRates } from './expect-measured-rates.ts';

let clip: FlvTag[];
beforeAll(async () => {
  clip = await makeClip({ seconds: 5 });
});

let harness: EncoderHarness;
beforeEach(async () => {
  harness = await EncoderHarness.start();
});
afterEach(() => harness.close());

async function recorded(): Promise<Recording> {
  await harness.event('encoder.broadcast.ended');
  const broadcast = await harness.store.latestBroadcast(harness.streamId);
  return new Recording(harness.objects, broadcastPrefix('local', harness.streamId, broadcast!.id));
}

/** The distances between packets. */
const steps = (packets: readonly RecordedPacket[]): number[] =>
  packets.slice(1).map(({ ptsMs }, at) => ptsMs - packets[at]!.ptsMs);

describe('A broadcast', () => {
  test('comes out in every rendition: each picture once and in order, cut on the grid, and ends as a recording', async () => {
    const feed = new RelayFeed(harness.port, harness.streamId);
    await feed.frame('accepted');
    await feed.send(clip);
    feed.unpublish();
    const recording = await recorded();

    const { variants } = await recording.playlist('index.m3u8');
    const heights = variants.map(({ resolution }) => resolution?.height).sort((a, b) => b! - a!);
    expect(heights).toEqual([720, 480, 360]);
    await expectMeasuredRates(recording);
    for (const id of ['720p', '480p', '360p', 'audio']) {
      const { endlist, mediaSequenceBase, segments } = await recording.playlist(`${id}/playlist.m3u8`);
      expect(endlist).toBe(true);
      expect(mediaSequenceBase ?? 0).toBe(0);
      expect(segments.map(({ uri }) => uri)).toEqual(['0.m4s', '1.m4s', '2.m4s']);
      expect(segments.some(({ discontinuity }) => discontinuity)).toBe(false);
    }
    const packets = await recording.packets('720p');
    expect(packets).toHaveLength(150);
    expect(Math.min(...steps(packets))).toBeGreaterThan(32);
    expect(Math.max(...steps(packets))).toBeLessThan(35);
    expect(packets[0]!.ptsMs).toBe(0);
    for (const id of ['720p', '480p', '360p']) {
      const keyframes = (await recording.packets(id)).filter(({ keyframe }) => keyframe);
      expect(keyframes.map(({ ptsMs }) => ptsMs)).toEqual([0, 2000, 4000]);
    }
    const sound = await recording.packets('audio');
    expect(Math.max(...steps(sound).map((step) => Math.abs(step - 1024 / 48)))).toBeLessThan(0.01);
    expect(sound.at(-1)!.ptsMs).toBeGreaterThan(4900);

    const broadcast = await harness.store.latestBroadcast(harness.streamId);
    expect(broadcast).toMatchObject({
      state: 'ended',
      endReason: 'publisher-ended',
      input: { width: 1280, height: 720, frameRate: 30 },
    });
    expect(broadcast?.renditions.map(({ id }) => id)).toEqual(['720p', '480p', '360p', 'audio']);
    const journal = await harness.store.listEvents(harness.streamId, { limit: 100 });
    expect(journal.map(({ type }) => type)).toEqual([
      'broadcast.starting',
      'stream.live',
      'stream.ended',
      'recording.ready',
    ]);
    expect(feed.frames.filter(({ type }) => type === 'published-through').length).toBeGreaterThan(0);
    expect((await harness.store.getLease(harness.streamId))?.released).toBe(true);
  });
});
