import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FaultProxy } from '../../drill/faults/fault-proxy.ts';
import { framesOfSession } from '../../drill/rig/frame-numbers.ts';
import { readFrameNumbers } from '../../testkit/media/frame-counter.ts';
import { fetchRendition } from '../../testkit/media/playback.ts';
import { Publisher } from '../../testkit/media/publisher.ts';
import { Platform } from '../../testkit/platform/platform.ts';
import { createStream, getStream, streamEvent } from '../../testkit/platform/streams.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start(['--proxies', '2']);
});
afterAll(() => platform?.stop());

const ingest = (name: string): { host: string; port: number } => {
  const { port } = platform.ready.processes.find((process) => process.name === name)!;
  return { host: '127.0.0.1', port };
};

test('a publisher whose network swallows everything is back through another proxy at its first try, before anybody misses it', async () => {
  const stream = await createStream(platform, { name: 'black hole' });
  const { key } = stream.ingest.rtmp;
  await using network = await FaultProxy.to(ingest('ingest-1'));
  await using another = await FaultProxy.to(ingest('ingest-2'));
  const publish = (through: FaultProxy, firstFrame: number, seconds?: number) =>
    new Publisher({
      url: `rtmp://${through.host}:${through.port}/live/${key}`,
      size: '640x360',
      firstFrame,
      ...(seconds === undefined ? {} : { seconds }),
    });
  const before = publish(network, 0);
  await streamEvent(platform, stream.id, 'stream.live');
  const { broadcast } = await getStream(platform, stream.id);
  const accepted = another.nextResponseMs('NetStream.Publish.Start');
  network.strand();
  const after = publish(another, framesOfSession, 6);
  await accepted;
  await before.stop('SIGKILL');
  expect(await after.ended()).toBe(0);
  const ended = await streamEvent(platform, stream.id, 'stream.ended');
  await streamEvent(platform, stream.id, 'recording.ready');

  expect(ended.data.reason).toBe('publisher-ended');
  const about = platform.events.filter(({ stream: id }) => id === stream.id);
  const named = (name: string) => about.filter(({ event }) => event === name);
  expect(named('ingest.publish.started').map(({ name }) => name)).toEqual(['ingest-1', 'ingest-2']);
  expect(named('ingest.publish.refused')).toEqual([]);
  expect(new Set(named('ingest.publish.started').map(({ broadcast: id }) => id))).toEqual(
    new Set([broadcast?.id]),
  );
  const recording = `${platform.ready.edge}/local/${stream.id}/${broadcast?.id}/index.m3u8`;
  const { playlist, media } = await fetchRendition(recording, 360);
  expect(playlist.segments.filter(({ discontinuity, gap }) => discontinuity || gap)).toEqual([]);
  const numbers = await readFrameNumbers(media);
  const back = numbers.indexOf(framesOfSession);
  expect(numbers.slice(back)).toEqual(Array.from({ length: 180 }, (_, index) => framesOfSession + index));
  // Of the first session all that came, and nothing after the second one began.
  const came = Math.max(...numbers.slice(0, back)) + 1;
  expect(numbers.slice(0, came)).toEqual(Array.from({ length: came }, (_, index) => index));
});
