import { beforeAll, expect, test } from '@jest/globals';
import { repeatMs, shortestPictureMs } from '../../../lib/encoder/policy/stream-tag.ts';
import { broadcastPrefix } from '../../../lib/object-store/object-names.ts';
import type { FlvTag } from '../../../lib/protocol/flv/tag.ts';
import { EncoderHarness } from '../../../testkit/harness/encoder-harness.ts';
import { Recording } from '../../../testkit/media/recording.ts';
import { makeClip, RelayFeed } from '../../../testkit/media/relay-feed.ts';

let sound: FlvTag[];
let both: FlvTag[];
beforeAll(async () => {
  both = await makeClip({ seconds: 14, size: '320x240', rate: 10, gop: 110 });
  sound = both.filter(({ type }) => type === 'audio');
});

async function recorded(harness: EncoderHarness): Promise<Recording> {
  await harness.event('encoder.broadcast.ended');
  const { id } = (await harness.store.latestBroadcast(harness.streamId))!;
  return new Recording(harness.objects, broadcastPrefix('local', harness.streamId, id));
}

/** Every number is there, none is marked, and its media begins where it should. */
async function expectWhole(recording: Recording, id: string, numbers: number): Promise<void> {
  const { endlist, segments } = await recording.playlist(`${id}/playlist.m3u8`);
  expect(endlist).toBe(true);
  expect(segments.map(({ uri }) => uri)).toEqual(Array.from({ length: numbers }, (_, n) => `${n}.m4s`));
  expect(segments.some(({ discontinuity }) => discontinuity)).toBe(false);
  for (const { duration } of segments.slice(0, -1)) expect(Math.abs(duration - 2)).toBeLessThan(0.05);
}

const steps = (times: readonly number[]): number[] => times.slice(1).map((at, index) => at - times[index]!);

// At once: they wait for the clock more than they work.
test.concurrent('sound alone goes on the air, survives its ffmpeg, and pictures join it without a hole', async () => {
  await using harness = await EncoderHarness.start();
  const feed = new RelayFeed(harness.port, harness.streamId);
  await feed.frame('accepted');
  await feed.send(sound.filter(({ timestampMs }) => timestampMs < 7000));
  const live = await harness.store.latestBroadcast(harness.streamId);
  expect(live).toMatchObject({ state: 'live', renditions: [{ id: 'audio' }] });
  expect(live?.input).not.toHaveProperty('width');
  expect(harness.named('encoder.ffmpeg.started')).toHaveLength(1);
  process.kill(harness.encoders[0]!.pid!, 'SIGKILL');
  // The first picture comes at 11 s, in the middle of a segment.
  const header = both.find(({ type, payload }) => type === 'video' && payload[1] === 0)!;
  const joins = both.filter(({ type, timestampMs: at }) => at >= 7000 && (type === 'audio' || at >= 11_000));
  await feed.send([{ ...header, timestampMs: 7000 }, ...joins]);
  feed.unpublish();

  const recording = await recorded(harness);
  for (const id of ['240p', 'audio']) await expectWhole(recording, id, 7);
  const heard = (await recording.packets('audio')).map(({ ptsMs }) => ptsMs);
  expect(Math.max(...steps(heard))).toBeLessThan(1024 / 48 + 0.1);
  const pictures = (await recording.packets('240p')).map(({ ptsMs }) => ptsMs);
  // A still for each segment before, repeated from the beginning of its own; then the pictures as they were sent.
  expect(pictures.slice(0, 6)).toEqual([0, 2000, 4000, 6000, 8000, 10_000]);
  expect(Math.max(...steps(pictures.slice(5)))).toBeLessThanOrEqual(repeatMs + shortestPictureMs);
  const journal = await harness.store.listEvents(harness.streamId, { limit: 100 });
  expect(journal.map(({ type }) => type)).toContain('input.pictures-began');
});

test.concurrent('sound alone goes on with another worker, which its proxy sends the unpublished rest, at the very frame', async () => {
  await using harness = await EncoderHarness.start();
  const before = new RelayFeed(harness.port, harness.streamId, 'session');
  const { broadcastId } = await before.frame('accepted');
  const sending = before.send(sound.filter(({ timestampMs }) => timestampMs < 7000));
  await before.frame('published-through');
  const drained = harness.worker.drain();
  await before.frame('draining');
  before.drop();
  await drained;
  await sending;
  const through = before.frames.findLast((frame) => frame.type === 'published-through')!.timestampMs;
  const next = await harness.anotherWorker('encoder-2');
  // A proxy can begin at any frame: this one is half a second before what was published.
  const rest = sound.slice(1).filter(({ timestampMs: at }) => at >= through - 500 && at < 9000);
  const replayFromMs = rest[0]!.timestampMs;
  const after = new RelayFeed(next.port, harness.streamId, 'session', { replayFromMs });
  expect(await after.frame('accepted')).toMatchObject({ broadcastId, epoch: 2 });
  await after.send([{ ...sound[0]!, timestampMs: replayFromMs }, ...rest]);
  after.unpublish();

  const recording = await recorded(harness);
  await expectWhole(recording, 'audio', 5);
  const heard = (await recording.packets('audio')).map(({ ptsMs }) => ptsMs);
  expect(Math.max(...steps(heard))).toBeLessThan(1024 / 48 + 0.1);
  expect(Math.min(...steps(heard))).toBeGreaterThan(1024 / 48 - 0.1);
  expect(await harness.journalTypes()).toContain('publisher.rehomed');
});
