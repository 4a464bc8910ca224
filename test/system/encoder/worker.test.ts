import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { findFfmpeg } from '../../../lib/adapters/node/ffmpeg/ffmpeg-binary.ts';
import { ffmpegStarter } from '../../../lib/adapters/node/ffmpeg/ffmpeg-process.ts';
import { ReadBatch } from '../../../lib/adapters/node/net/read-batch.ts';
import { pictureFilter } from '../../../lib/canary/policy/numbered-picture.ts';
import { frameModeFlag } from '../../../lib/encoder/encoding/policy/ffmpeg/ffmpeg-version.ts';
import type { TrackHeader } from '../../../lib/encoder/policy/track-header.ts';
import { missingPictures } from '../../../lib/encoder/publication/missing-pictures.ts';
import { broadcastPrefix, spriteName } from '../../../lib/object-store/object-names.ts';
import { videoTimescale } from '../../../lib/packaging/cmaf/init.ts';
import { cellMs } from '../../../lib/packaging/storyboard/cells.ts';
import type { FlvTag } from '../../../lib/protocol/flv/tag.ts';
import { EncoderHarness } from '../../../testkit/harness/encoder-harness.ts';
import { type RecordedPacket, Recording } from '../../../testkit/media/recording.ts';
import { makeClip, RelayFeed } from '../../../testkit/media/relay-feed.ts';
import { expectMeasuredRates } from './expect-measured-rates.ts';
import { cuesOf, numberIn } from './storyboard-pictures.ts';

let clip: FlvTag[];
beforeAll(async () => {
  // Each picture has its number in it.
  clip = await makeClip({ seconds: 5, source: `${pictureFilter({ size: '1280x720', rate: 30 })},setsar=1` });
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

const storedObject = async (key: string): Promise<Buffer> =>
  (await harness.objects.get(`local/${harness.streamId}/${key}`))!.body;

/** What viewers are shown while the broadcast is live, once there are so many pictures and the newest is the poster: the number in each. */
async function liveStoryboard(count: number): Promise<Map<number, number | undefined>> {
  const bytesOf = async (name: string): Promise<Buffer> =>
    Buffer.from(await (await fetch(`${harness.media}/${name}`)).arrayBuffer());
  let cues = cuesOf('');
  while (cues.length < count || numberIn(await bytesOf('poster.jpg')) !== 120) {
    await setTimeout(50);
    cues = cuesOf((await bytesOf('storyboard.vtt')).toString());
  }
  const numbers = cues.map(async ({ startMs, sprite, area }) => {
    return [startMs, numberIn(await bytesOf(sprite), area)] as const;
  });
  return new Map(await Promise.all(numbers));
}

/** The distances between packets. */
const steps = (packets: readonly RecordedPacket[]): number[] =>
  packets.slice(1).map(({ ptsMs }, at) => ptsMs - packets[at]!.ptsMs);

describe('A broadcast', () => {
  test('comes out in every rendition: each picture once and in order, cut on the grid, and ends as a recording', async () => {
    const feed = new RelayFeed(harness.port, harness.streamId);
    await feed.frame('accepted');
    await feed.send(clip);
    const shown = await liveStoryboard(2);
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

    // Poster and storyboard: a picture each 4 s, live and recorded, and it is the one of that time.
    const ofEachCell = new Map([
      [0, 0],
      [4000, 120],
    ]);
    expect(shown).toEqual(ofEachCell);
    const stored = (key: string): Promise<Buffer> => storedObject(`${broadcast!.id}/${key}`);
    const storyboard = cuesOf((await stored('storyboard.vtt')).toString());
    const numbers = await Promise.all(
      storyboard.map(async ({ startMs, sprite, area }) => [startMs, numberIn(await stored(sprite), area)]),
    );
    expect(new Map(numbers as [number, number][])).toEqual(ofEachCell);
    expect(storyboard.map(({ sprite }) => sprite)).toEqual([spriteName(0, 2, 1), spriteName(0, 2, 1)]);
    expect([0, 120]).toContain(numberIn(await stored('poster.jpg')));
    expect((await storedObject('poster.jpg')).equals(await stored('poster.jpg'))).toBe(true);
    expect(cuesOf((await storedObject('storyboard.vtt')).toString())[1]?.sprite).toBe(
      `${broadcast!.id}/${spriteName(0, 2, 1)}`,
    );

    // A worker that takes over makes of the stored media what only the memory of the one before had.
    const rendition = broadcast!.renditions.find(({ id }) => id === '360p')!;
    const init = await stored('360p/init-1.mp4');
    const header: TrackHeader = {
      kind: 'video',
      init,
      timescale: videoTimescale,
      codecs: rendition.codecs,
      bitrateBps: rendition.bandwidthBps,
      width: 640,
      height: 360,
      frameRate: 30,
    };
    const period = { fromNumber: 0, toNumber: 2, initName: 'init-1.mp4', continues: false };
    const made = await missingPictures([0, 1], {
      objects: harness.objects,
      startEncoder: ffmpegStarter('ffmpeg', new ReadBatch(20)),
      frameMode: frameModeFlag(await findFfmpeg()),
      prefix: broadcastPrefix('local', harness.streamId, broadcast!.id),
      restored: { periods: [{ ...period, headers: new Map([['360p', header]]) }] },
    });
    expect([...made].map(([cell, jpeg]) => [cell * cellMs, numberIn(jpeg)])).toEqual([...ofEachCell]);
  });
});
