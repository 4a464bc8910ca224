import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFrameNumbers } from '../../testkit/media/frame-counter.ts';
import { fetchRendition } from '../../testkit/media/playback.ts';
import { Publisher } from '../../testkit/media/publisher.ts';
import { Platform } from '../../testkit/platform/platform.ts';
import { createStream, getStream, streamEvent } from '../../testkit/platform/streams.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start();
});
afterAll(() => platform?.stop());

/** What ECS gives a worker between SIGTERM and SIGKILL, and Fargate Spot between its notice and the end. */
const stopTimeoutMs = 120_000;

test('SIGTERM to the worker: it hands its broadcast over within its time, and no frame is lost or doubled', async () => {
  const stream = await createStream(platform, { name: 'drained' });
  const { url, key } = stream.ingest.rtmp;
  const publisher = new Publisher({ url: `${url}/${key}`, seconds: 16, size: '640x360' });
  await streamEvent(platform, stream.id, 'stream.live');
  const before = (await getStream(platform, stream.id)).broadcast;
  const worker = before?.workerId ?? '';
  const exited = platform.waitForNext(
    ({ event, process }) => event === 'process.exited' && process === worker,
  );
  expect(publisher.process.exitCode).toBeNull();
  const toldAtMs = performance.now();
  process.kill(platform.pidOf(worker), 'SIGTERM');
  const { code } = await exited;
  expect(code).toBe(0);
  expect(performance.now() - toldAtMs).toBeLessThan(stopTimeoutMs / 4);
  const moved = await streamEvent(platform, stream.id, 'publisher.rehomed');

  const after = (await getStream(platform, stream.id)).broadcast;
  expect(after?.id).toBe(before?.id);
  expect(after?.workerId).not.toBe(worker);
  expect(moved.text).toContain(`from ${worker} to ${after?.workerId}`);
  // It had one session, to its end; on a busy machine that is over by now.
  expect(await publisher.ended()).toBe(0);
  await streamEvent(platform, stream.id, 'recording.ready');

  const recording = `${platform.ready.edge}/local/${stream.id}/${before?.id}/index.m3u8`;
  const { playlist, media } = await fetchRendition(recording, 360);
  expect(playlist.endlist).toBe(true);
  expect(playlist.segments.filter(({ discontinuity, gap }) => discontinuity || gap)).toEqual([]);
  expect(await readFrameNumbers(media)).toEqual(Array.from({ length: 480 }, (_, index) => index));
});
