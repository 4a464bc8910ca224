import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { decodePictures, type SeenPicture } from '../../../drill/viewing/slate.ts';
import { broadcastPrefix } from '../../../lib/object-store/object-names.ts';
import type { FlvTag } from '../../../lib/protocol/flv/tag.ts';
import { EncoderHarness } from '../../../testkit/harness/encoder-harness.ts';
import { frameCounterFilter } from '../../../testkit/media/frame-counter.ts';
import { Recording } from '../../../testkit/media/recording.ts';
import { makeClip, RelayFeed } from '../../../testkit/media/relay-feed.ts';

const size = '320x240';
const pictures = 90;
let clip: FlvTag[];
beforeAll(async () => {
  clip = await makeClip({
    seconds: pictures / 30,
    size,
    video: [
      ...['-filter_complex', frameCounterFilter({ size, rate: 30 }), '-map', '[out]', '-map', '1:a'],
      // B-frames and colours: what the slate must fit into is not the simplest picture.
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuvj420p', '-color_range', 'pc'],
      ...['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709'],
    ],
  });
});

let harness: EncoderHarness;
afterEach(() => harness.close());

/** Resolves when this segment is in the origin. */
async function segment(number: number): Promise<void> {
  const { id } = (await harness.store.latestBroadcast(harness.streamId))!;
  const key = `${broadcastPrefix('local', harness.streamId, id)}240p/${number}.m4s`;
  while (!(await harness.objects.get(key))) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function recorded(): Promise<{ recording: Recording; seen: SeenPicture[] }> {
  await harness.event('encoder.broadcast.ended');
  const { id } = (await harness.store.latestBroadcast(harness.streamId))!;
  const recording = new Recording(harness.objects, broadcastPrefix('local', harness.streamId, id));
  return { recording, seen: await decodePictures(await recording.media('240p')) };
}

test('a publisher that is away for longer: its last picture for 5 s, then the slate, then its new pictures, and nothing is marked', async () => {
  harness = await EncoderHarness.start();
  const first = new RelayFeed(harness.port, harness.streamId, 'first');
  await first.frame('accepted');
  await first.send(clip);
  // It is still connected. Segment 4 is from 8 s on: the slate has begun by then.
  await segment(4);
  // Another ffmpeg must find its way with pictures of both kinds.
  process.kill(harness.encoders[0]!.pid!, 'SIGKILL');
  await segment(5);
  const second = new RelayFeed(harness.port, harness.streamId, 'second');
  await second.frame('accepted');
  await second.send(clip);
  second.unpublish();

  const { recording, seen } = await recorded();
  for (const id of ['240p', 'audio']) {
    const { segments } = await recording.playlist(`${id}/playlist.m3u8`);
    expect(segments.map(({ uri }) => uri)).toEqual(segments.map((_, number) => `${number}.m4s`));
    expect(segments.some(({ discontinuity }) => discontinuity)).toBe(false);
  }
  const all = Array.from({ length: pictures }, (_, number) => number);
  const numbers = seen.map(({ number }) => number);
  const slateFrom = numbers.indexOf(-1);
  const slateTo = numbers.lastIndexOf(-1) + 1;
  expect(numbers.slice(0, pictures)).toEqual(all);
  // At 10 a second, the first one 100 ms after the last picture. A machine that is busy may have its slate later.
  expect(slateFrom - pictures).toBeGreaterThanOrEqual(50);
  expect(new Set(numbers.slice(pictures, slateFrom)).size).toBe(1);
  expect(seen.slice(slateFrom, slateTo).every(({ isSlate }) => isSlate)).toBe(true);
  expect(numbers.slice(slateTo)).toEqual(all);
  expect(harness.named('encoder.slate.failed')).toEqual([]);
});
