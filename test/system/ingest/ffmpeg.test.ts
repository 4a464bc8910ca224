import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { isVideoKeyframe } from '../../../lib/protocol/rtmp/media-tag.ts';
import { FakeWorker } from '../../../testkit/harness/fake-worker.ts';
import { type IngestHarness, startIngest } from '../../../testkit/harness/ingest-harness.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(): Promise<{ harness: IngestHarness; first: FakeWorker; second: FakeWorker }> {
  const first = await FakeWorker.start('encoder-1');
  const second = await FakeWorker.start('encoder-2');
  cleanups.push(
    () => first.die(),
    () => second.die(),
  );
  const harness = await startIngest({ workers: [first.record(), second.record({ load: 99 })] });
  cleanups.push(() => harness.close());
  return { harness, first, second };
}

/** A real encoder; 25 frames a second, a key frame a second. */
function ffmpeg(
  url: string,
  seconds: number,
  realTime: boolean,
): { child: ChildProcess; exited: Promise<unknown[]> } {
  const pace = realTime ? ['-re'] : [];
  const child = spawn(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
      ...[...pace, '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25'],
      ...[...pace, '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'],
      ...['-t', String(seconds), '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-c:a', 'aac'],
      ...['-f', 'flv', url],
    ],
    { stdio: 'ignore' },
  );
  cleanups.push(() => child.kill('SIGKILL'));
  return { child, exited: once(child, 'exit') };
}

describe('ffmpeg', () => {
  test.each(['rtmp', 'rtmps'] as const)(
    'publishes over %s, every frame arrives once, and it leaves in order',
    async (scheme) => {
      const { harness, first } = await start();
      const { key } = await harness.addStream();
      const port = scheme === 'rtmp' ? harness.rtmpPort : harness.rtmpsPort;
      const { exited } = ffmpeg(`${scheme}://127.0.0.1:${port}/live/${key}`, 4, false);
      const link = await first.link();
      expect((await exited)[0]).toBe(0);
      await link.until(() => link.ended);
      const video = link.messages.filter(({ typeId, payload }) => typeId === 9 && payload[1] === 1);
      expect(video).toHaveLength(100);
      const times = video.map(({ timestampMs }) => timestampMs);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
      expect(harness.log.of('ingest.publish.ended')).toEqual([
        expect.objectContaining({ code: 'UNPUBLISHED' }),
      ]);
    },
  );

  test('gets an error that it shows and an exit where its key is wrong', async () => {
    const { harness } = await start();
    const { exited } = ffmpeg(`rtmp://127.0.0.1:${harness.rtmpPort}/live/wrong`, 4, true);
    expect((await exited)[0]).not.toBe(0);
    expect(harness.log.of('ingest.publish.refused')).toEqual([
      expect.objectContaining({ code: 'KEY_MALFORMED' }),
    ]);
  });

  test('does not notice that its worker died: another one gets the rest from a key frame on', async () => {
    const { harness, first, second } = await start();
    const { key } = await harness.addStream();
    const { exited } = ffmpeg(`rtmp://127.0.0.1:${harness.rtmpPort}/live/${key}`, 6, true);
    const link = await first.link();
    const framesOf = (from: typeof link) =>
      from.messages.filter(({ typeId, payload }) => typeId === 9 && payload[1] === 1);
    await link.until(() => framesOf(link).length >= 60);
    link.send({ type: 'published-through', timestampMs: 1_500 });
    await link.until(() => framesOf(link).length >= 70);
    first.die();
    const again = await second.link();
    expect((await exited)[0]).toBe(0);
    await again.until(() => again.ended);
    const before = framesOf(link).map(({ timestampMs }) => timestampMs);
    const after = framesOf(again);
    expect(isVideoKeyframe(after[0]!.payload[0]!, after[0]!.payload[1]!)).toBe(true);
    const times = after.map(({ timestampMs }) => timestampMs);
    // 40 ms a frame, none missing, up to the last of 150.
    const all = [...before.filter((time) => time < times[0]!), ...times];
    expect(all).toHaveLength(150);
    expect(all.every((time, index) => index === 0 || time > all[index - 1]!)).toBe(true);
    expect(times[0]! - before[0]!).toBeLessThanOrEqual(1_500);
  });
});
