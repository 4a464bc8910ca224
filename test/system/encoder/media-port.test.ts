import { beforeAll, describe, expect, test } from '@jest/globals';
import { defaultPartMs, segmentMs } from '../../../lib/packaging/segment-grid.ts';
import type { FlvTag } from '../../../lib/protocol/flv/tag.ts';
import { EncoderHarness } from '../../../testkit/harness/encoder-harness.ts';
import { makeClip } from '../../../testkit/media/relay-feed.ts';

let clip: FlvTag[];
beforeAll(async () => {
  clip = await makeClip({ seconds: 9, size: '640x360' });
});

const bytesOf = async (path: string): Promise<Buffer> => {
  const response = await fetch(path);
  expect([path, response.status]).toEqual([path, 200]);
  return Buffer.from(await response.arrayBuffer());
};

const textOf = async (path: string): Promise<string> => (await bytesOf(path)).toString();

/** Below it are the broadcast's renditions, once viewers can play it. */
async function onAir(harness: EncoderHarness): Promise<string> {
  await harness.state('live');
  const broadcast = await harness.store.latestBroadcast(harness.streamId);
  return `${harness.media}/${broadcast!.id}`;
}

/** The part that a playlist says comes next. */
function hintOf(playlist: string): { name: string; number: number; index: number } {
  const [, name = '', number, index] =
    /EXT-X-PRELOAD-HINT:TYPE=PART,URI="(([0-9]+)\.([0-9]+)-[^"]+)"/.exec(playlist) ?? [];
  return { name, number: Number(number), index: Number(index) };
}

/** The parts of a segment that a playlist names. */
const partsOf = (playlist: string, number: number): string[] =>
  [...playlist.matchAll(/#EXT-X-PART:.*URI="([^"]+)"/g)]
    .map(([, name = '']) => name)
    .filter((name) => name.startsWith(`${number}.`));

describe("A worker's media port", () => {
  // At once: they wait for the clock more than they work. Each has a worker of its own.
  test.concurrent.each(['360p', 'audio'])(
    'has each part of %s when the playlist names it, and its segment grows by the parts',
    async (rendition) => {
      await using harness = await EncoderHarness.start();
      const feed = await harness.publish();
      const sent = feed.send(clip);
      const base = `${await onAir(harness)}/${rendition}`;

      // Up to the beginning of a segment.
      let playlist = await textOf(`${base}/playlist.m3u8`);
      let next = hintOf(playlist);
      const number = next.number + 1;
      while (next.number < number) {
        playlist = await textOf(`${base}/playlist.m3u8?_HLS_msn=${next.number}&_HLS_part=${next.index}`);
        next = hintOf(playlist);
      }
      const growing = await fetch(`${base}/${number}.m4s`);
      expect(growing.headers.get('content-length')).toBeNull();
      const reader = growing.body!.getReader();

      const parts: Buffer[] = [];
      // On a busy machine, more than one may have come before we look.
      const catchUp = async (text: string): Promise<void> => {
        for (const name of partsOf(text, number).slice(parts.length))
          parts.push(await bytesOf(`${base}/${name}`));
      };
      await catchUp(playlist);
      let grown = Buffer.alloc(0);
      while (next.number === number) {
        const [part, text] = await Promise.all([
          bytesOf(`${base}/${next.name}`),
          textOf(`${base}/playlist.m3u8?_HLS_msn=${number}&_HLS_part=${next.index}`),
        ]);
        expect(text).toContain(`URI="${next.name}"`);
        parts.push(part);
        await catchUp(text);
        const soFar = Buffer.concat(parts).length;
        // The body has the part as soon as the part is there.
        while (grown.length < soFar) grown = Buffer.concat([grown, (await reader.read()).value!]);
        next = hintOf(text);
      }
      expect(parts.length).toBe(segmentMs / defaultPartMs);
      for (let read = await reader.read(); !read.done; read = await reader.read())
        grown = Buffer.concat([grown, read.value]);
      const whole = Buffer.concat(parts);
      expect(grown.equals(whole)).toBe(true);
      expect((await bytesOf(`${base}/${number}.m4s`)).equals(whole)).toBe(true);

      const end = textOf(`${base}/playlist.m3u8?_HLS_msn=${next.number + 1}`);
      await sent;
      feed.unpublish();
      expect(await end).toBeTruthy();
      const recording = await harness.recorded();
      const { endlist, segments } = await recording.playlist(`${rendition}/playlist.m3u8`);
      expect(endlist).toBe(true);
      expect(segments.map(({ uri }) => uri)).toContain(`${number}.m4s`);
      const stored = await harness.objects.get(new URL(`${base}/${number}.m4s`).pathname.slice(1));
      expect(stored?.body.equals(whole)).toBe(true);
      expect((await fetch(`${base}/playlist.m3u8`)).status).toBe(421);
    },
  );

  test.concurrent('answers whoever waits when the broadcast ends', async () => {
    await using harness = await EncoderHarness.start();
    const feed = await harness.publish();
    await Promise.all([feed.send(clip.filter(({ timestampMs }) => timestampMs < 4200)), onAir(harness)]);
    const base = `${await onAir(harness)}/360p`;
    const { number } = hintOf(await textOf(`${base}/playlist.m3u8?_HLS_msn=1`));
    const waiting = textOf(`${base}/playlist.m3u8?_HLS_msn=${number + 1}`);
    feed.unpublish();
    expect(await waiting).toContain('#EXT-X-ENDLIST');
  });

  test.concurrent('sends whoever waits to another worker when it hands the broadcast over', async () => {
    await using harness = await EncoderHarness.start();
    const feed = await harness.publish();
    await Promise.all([feed.send(clip.filter(({ timestampMs }) => timestampMs < 4200)), onAir(harness)]);
    const base = `${await onAir(harness)}/360p`;
    const { number } = hintOf(await textOf(`${base}/playlist.m3u8?_HLS_msn=1`));
    const waiting = fetch(`${base}/playlist.m3u8?_HLS_msn=${number + 1}`);
    feed.drop();
    await harness.worker.drain();
    expect((await waiting).status).toBe(421);
  });

  test.concurrent('with standard latency names whole segments only, and has them', async () => {
    await using harness = await EncoderHarness.start({ latency: 'standard' });
    const feed = await harness.publish();
    const sent = feed.send(clip);
    const base = `${await onAir(harness)}/360p`;
    const playlist = await textOf(`${base}/playlist.m3u8`);
    expect(playlist).not.toContain('EXT-X-PART');
    const number = playlist.split('\n').filter((line) => line.endsWith('.m4s')).length;
    const next = await textOf(`${base}/playlist.m3u8?_HLS_msn=${number}`);
    expect(next).toContain(`\n${number}.m4s`);
    const held = await bytesOf(`${base}/${number}.m4s`);
    await sent;
    feed.unpublish();
    await harness.recorded();
    // It may be listed before it is stored.
    const stored = await harness.objects.get(new URL(`${base}/${number}.m4s`).pathname.slice(1));
    expect(stored?.body.equals(held)).toBe(true);
  });
});
