import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StreamId } from '../../lib/routing/ids.ts';
import { type RankedMember, rankWorkers } from '../../lib/routing/rendezvous.ts';
import { readFrameNumbers } from '../../testkit/media/frame-counter.ts';
import { fetchMediaPlaylist, fetchMultivariant, fetchRendition } from '../../testkit/media/playback.ts';
import { Publisher } from '../../testkit/media/publisher.ts';
import { Platform } from '../../testkit/platform/platform.ts';
import { createStream, getStream, streamEvent } from '../../testkit/platform/streams.ts';
import { getAudience, SyntheticWatchers } from '../../testkit/platform/synthetic-watchers.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start();
});
const watchers: SyntheticWatchers[] = [];
let watched: { readonly id: string; readonly broadcastId: string | undefined };
/** The first test's, with the addresses that end with it. */
let recording: { readonly path: string; readonly urls: readonly string[] };
afterAll(() => {
  for (const each of watchers) each.stop();
  return platform?.stop();
});

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('a broadcast by ffmpeg', () => {
  test('over RTMP: every frame arrives once and in order on the top rendition, and stays as a recording', async () => {
    const stream = await createStream(platform, { name: 'counted' });
    expect(stream.state).toBe('idle');
    const { url, key } = stream.ingest.rtmp;
    const publisher = new Publisher({ url: `${url}/${key}`, seconds: 12 });
    await streamEvent(platform, stream.id, 'stream.live');

    const live = await getStream(platform, stream.id);
    // They stay, and are counted while the other tests go on.
    watched = { id: stream.id, broadcastId: live.broadcast?.id };
    watchers.push(new SyntheticWatchers(stream.playback.dash, 3));
    watchers.push(new SyntheticWatchers(stream.playback.hls, 2, { headers: true }));
    expect(live.state).toBe('live');
    expect(live.broadcast?.input).toMatchObject({ width: 1280, height: 720 });
    expect(live.broadcast?.input?.frameRate).toBeCloseTo(30, 0);
    const variants = (await fetchMultivariant(stream.playback.hls)).variants;
    expect(variants.map(({ resolution }) => resolution?.height).sort()).toEqual([360, 480, 720]);
    for (const variant of variants) {
      expect(variant.codecs).toMatch(/^avc1\.[0-9a-fA-F]{6},mp4a\.40\.2$/);
      const playlist = await fetchMediaPlaylist(new URL(variant.uri, stream.playback.hls).href);
      expect(playlist.endlist).toBe(false);
      expect(playlist.segments[0]?.programDateTime).toBeInstanceOf(Date);
    }
    const dash = await (await fetch(stream.playback.dash)).text();
    expect(dash).toMatch(/type="dynamic"/);
    expect(dash).toContain('$Number$');

    expect(await publisher.ended()).toBe(0);
    await streamEvent(platform, stream.id, 'stream.ended');
    expect((await getStream(platform, stream.id)).state).toBe('ended');

    // What is cached of the live playlists may be a second old.
    const ended = await settled(
      () => fetchRendition(stream.playback.hls, 720),
      ({ playlist }) => playlist.endlist,
    );
    expect(await readFrameNumbers(ended.media)).toEqual(upTo(360));
    const numbers = ended.playlist.segments.map(({ mediaSequenceNumber }) => mediaSequenceNumber);
    expect(numbers).toEqual(upTo(numbers.length));
    expect(ended.playlist.segments.filter(({ discontinuity }) => discontinuity)).toEqual([]);
    await settled(
      async () => (await fetch(stream.playback.dash)).text(),
      (text) => /type="static"/.test(text),
    );
    await isOneFile(stream.id);
  });

  /** Its recording as one MP4 file, and a clip of it to the frame. */
  async function isOneFile(id: string): Promise<void> {
    const [recorded] = await broadcastsOf(id);
    expect(recorded?.durationMs).toBeGreaterThanOrEqual(12_000);
    expect(recorded?.sizeBytes).toBeGreaterThan(1_000_000);
    const path = `/v1/streams/${id}/broadcasts/${recorded?.id}`;

    const whole = await download(`${path}/downloads`);
    expect(whole.headers.get('content-disposition')).toMatch(/^attachment; filename="counted \S+\.mp4"/);
    expect(await readFrameNumbers(whole.body)).toEqual(upTo(360));
    const tracks = probe(whole.body);
    expect(tracks.map(({ codec_name }) => codec_name).sort()).toEqual(['aac', 'h264']);
    for (const { duration } of tracks) expect(Math.abs(Number(duration) - 12)).toBeLessThan(0.1);

    const clip = await download(`${path}/downloads`, { startMs: 4_200, endMs: 7_033 });
    const numbers = await readFrameNumbers(clip.body);
    expect([numbers[0], numbers.at(-1), numbers.length]).toEqual([126, 210, 85]);
    for (const { duration } of probe(clip.body)) expect(Number(duration)).toBeCloseTo(85 / 30, 2);

    recording = { path, urls: [clip.url, recorded?.playback.hls ?? ''] };
  }

  test('two streams over RTMPS land on the workers that the hash says', async () => {
    const streams = await Promise.all(['one', 'two'].map((name) => createStream(platform, { name })));
    const fleet = (await (await fetch(`${platform.ready.api}/v1/fleet`)).json()) as {
      encoder: RankedMember[];
    };
    const publishers = streams.map(
      ({ ingest }) => new Publisher({ url: `${ingest.rtmps.url}/${ingest.rtmps.key}`, size: '640x360' }),
    );
    for (const stream of streams) {
      await streamEvent(platform, stream.id, 'stream.live');
      const idle = fleet.encoder.map((worker) => ({ ...worker, load: 0 }));
      const { broadcast } = await getStream(platform, stream.id);
      expect(broadcast?.workerId).toBe(rankWorkers(stream.id as StreamId, idle)[0]);
    }
    await Promise.all(publishers.map((publisher) => publisher.stop()));
    await Promise.all(streams.map(({ id }) => streamEvent(platform, id, 'stream.ended')));
  });

  test('has its viewers counted, whose players say who they are', async () => {
    const audience = await settled(
      () => getAudience(platform.ready.api, watched.id),
      ({ viewers, startupMs }) => viewers === 5 && startupMs !== undefined,
      250,
    );
    expect(audience).toMatchObject({
      broadcastId: watched.broadcastId,
      viewers: 5,
      rebufferRatio: 0,
    });
    // The first test's own requests, which come from a player without CMCD, may have been one more viewer for a while.
    for (const count of [audience.peak, audience.plays]) expect([5, 6]).toContain(count);
    expect(audience.startupMs?.p50).toBeGreaterThan(400);
    expect(audience.watchTimeMs).toBeGreaterThan(5_000);
  });

  test('is deleted with the files that were made of it', async () => {
    const { path, urls } = recording;
    expect((await fetch(`${platform.ready.api}${path}`, { method: 'DELETE' })).status).toBe(202);
    for (const url of urls)
      await settled(
        async () => (await fetch(url)).status,
        (status) => status === 410,
      ).then((status) => expect(status).toBe(410));
    expect(await broadcastsOf(watched.id)).toEqual([]);
  });
});

interface Recorded {
  readonly id: string;
  readonly durationMs?: number;
  readonly sizeBytes?: number;
  readonly playback: { readonly hls: string };
}

async function broadcastsOf(id: string): Promise<readonly Recorded[]> {
  const answer = await fetch(`${platform.ready.api}/v1/streams/${id}/broadcasts`);
  return ((await answer.json()) as { broadcasts: Recorded[] }).broadcasts;
}

/** Asks for a file, waits for it and takes it from the edge. */
async function download(path: string, wanted: object = {}) {
  const asked = await fetch(platform.ready.api + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wanted),
  });
  expect(asked.status).toBe(202);
  const location = platform.ready.api + asked.headers.get('location');
  const made = await settled(
    async () => (await (await fetch(location)).json()) as { state: string; url: string; sizeBytes: number },
    ({ state }) => state === 'ready' || state === 'failed',
  );
  expect(made).toMatchObject({ state: 'ready' });
  const answer = await fetch(made.url);
  const body = Buffer.from(await answer.arrayBuffer());
  expect(body.length).toBe(made.sizeBytes);
  return { url: made.url, headers: answer.headers, body };
}

/** What ffprobe finds in a file. */
function probe(file: Buffer): readonly { readonly codec_name: string; readonly duration: string }[] {
  const { stdout } = spawnSync(
    'ffprobe',
    ['-v', 'error', '-show_entries', 'stream=codec_name,duration', '-of', 'json', 'pipe:0'],
    { input: file },
  );
  return JSON.parse(stdout.toString()).streams;
}

/** Asks again until what caches may still hold of a second ago has gone. */
async function settled<Answer>(
  ask: () => Promise<Answer>,
  done: (answer: Answer) => boolean,
  mostTries = 40,
): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    const answer = await ask();
    if (done(answer) || tries === mostTries) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
