import { beforeEach, describe, expect, test } from '@jest/globals';
import { mulberry32 } from '../../testkit/mulberry32.ts';
import { edgeInMemory } from './edge-in-memory.ts';

const folder = '/local/s/b/720p/';
const playlist = `${folder}playlist.m3u8`;

const manifest =
  '<MPD><BaseURL>b/</BaseURL><SegmentTemplate initialization="$RepresentationID$/init-1.mp4"/><Representation id="720p"/></MPD>';

let edge: ReturnType<typeof edgeInMemory>;
beforeEach(() => {
  edge = edgeInMemory({ limitsClients: true });
});

/** Asks for an object that doesn't exist; returns the status. */
async function askAbsent(path: string): Promise<number | undefined> {
  const before = edge.upstream.calls.length;
  const client = edge.ask(path);
  if (edge.upstream.calls.length > before) await edge.upstream.last.head(404);
  return client.status;
}

/** 400 requests for segments that don't exist, within a second. Returns how often the next tier was asked. */
async function flood(path: (number: number) => string): Promise<number> {
  const random = mulberry32(1);
  const before = edge.upstream.calls.length;
  for (let asked = 0; asked < 400; asked++) {
    await askAbsent(path(Math.floor(random() * 1e7)));
    edge.time.nowMs += 2;
  }
  return edge.upstream.calls.length - before;
}

async function fetchReal(path: string, text: string) {
  const client = edge.ask(path);
  if (client.response === undefined) await edge.upstream.last.give(text);
  return client;
}

describe('a client that makes up names', () => {
  test('gets few of them to the next tier', async () => {
    expect(await flood((number) => `${folder}${number}.m4s`)).toBeLessThanOrEqual(20);
    expect(edge.ask(`${folder}77.m4s`).response).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1' },
    });
    expect(edge.cache.counts.refused).toBeGreaterThan(350);
  });

  test.each([
    ['folders', (number: number) => `/local/s/b/${number}/1.m4s`],
    ['streams', (number: number) => `/local/${number}/b/720p/playlist.m3u8`],
    ['init segments', (number: number) => `${folder}init-${number}.mp4`],
  ])('gets few %s there', async (_what, path) => {
    expect(await flood(path)).toBeLessThanOrEqual(20);
  });

  test('gets few manifests there, but more: pages wait for broadcasts by asking for them', async () => {
    const reads = await flood((number) => `/local/${number}/index.m3u8`);
    expect(reads).toBeGreaterThan(32);
    expect(reads).toBeLessThanOrEqual(40);
  });

  test('may wait for several broadcasts by asking for their manifests each second, and sees them begin', async () => {
    const manifests = Array.from({ length: 30 }, (_, stream) => `/local/${stream}/index.m3u8`);
    for (let second = 0; second < 60; second++) {
      for (const path of manifests) expect(await askAbsent(path)).toBe(404);
      edge.time.nowMs += 1000;
    }
    for (const path of manifests) expect((await fetchReal(path, '#EXTM3U\n')).status).toBe(200);
  });

  test('that repeats names that do not exist gets 64 a second there', async () => {
    const path = (number: number) => `/local/${number}/index.m3u8`;
    for (let second = 0; second < 60; second++) {
      for (let number = 0; number < 32 + 8 * second; number++) await askAbsent(path(number));
      edge.time.nowMs += 1000;
    }
    const before = edge.upstream.calls.length;
    for (let number = 0; number < 32 + 8 * 60; number++) await askAbsent(path(number));
    expect(edge.upstream.calls.length - before).toBeLessThanOrEqual(64 + 8 + 1);
  });

  test('takes nothing from those at the same address who watch', async () => {
    await fetchReal('/local/s/index.m3u8', '#EXTM3U\nb/720p/playlist.m3u8\n');
    await flood((number) => `${folder}${number}.m4s`);
    const text = '#EXTM3U\n#EXT-X-MAP:URI="init-1.mp4"\n5.m4s\n6.m4s\n';
    expect((await fetchReal(playlist, text)).status).toBe(200);
    for (const name of ['init-1.mp4', '5.m4s', '6.m4s', '7.m4s', '8.m4s']) {
      expect([name, (await fetchReal(folder + name, 'bytes')).status]).toEqual([name, 200]);
    }
    edge.time.nowMs += 1500;
    expect((await fetchReal(playlist, '#EXTM3U\n7.m4s\n')).status).toBe(200);
  });

  test('takes nothing from a DASH player that begins meanwhile', async () => {
    await fetchReal('/local/s/manifest.mpd', manifest);
    await flood((number) => `/local/s/b/x${number}/1.m4s`);
    for (const name of ['init-1.mp4', '900.m4s', '901.m4s']) {
      expect([name, (await fetchReal(folder + name, 'bytes')).status]).toEqual([name, 200]);
    }
  });

  test('does not use up what others have', async () => {
    await flood((number) => `${folder}${number}.m4s`);
    let status: number | undefined;
    const client = { client: '192.0.2.7', address: '192.0.2.7' };
    const request = { method: 'GET', target: `${folder}5.m4s`, headers: {}, ...client };
    edge.handler.handle(request, (response) => {
      status = response.status;
    });
    await edge.upstream.last.give('bytes');
    expect(status).toBe(200);
  });

  test('may ask again when time has passed', async () => {
    await flood((number) => `${folder}${number}.m4s`);
    edge.time.nowMs += 1000;
    expect(await askAbsent(`${folder}31.m4s`)).toBe(404);
  });

  test('has 64 fills under way at most', () => {
    for (let number = 0; number < 1000; number += 10) edge.ask(`${folder}${number}.m4s`);
    expect(edge.upstream.calls).toHaveLength(64);
  });

  test('is not limited by a tier that serves other tiers', async () => {
    edge = edgeInMemory();
    expect(await flood((number) => `${folder}${number}.m4s`)).toBe(400);
  });
});

describe('directives in range', () => {
  test('make at most 24 keys of a playlist in a second for one client; it gets the rest as it is', async () => {
    for (let msn = 0; msn < 400; msn++) edge.ask(`${playlist}?_HLS_msn=${msn}&_HLS_part=1`);
    expect(edge.upstream.calls.map(({ target }) => target)).toEqual([
      ...Array.from({ length: 24 }, (_, msn) => `${playlist}?_HLS_msn=${msn}&_HLS_part=1`),
      playlist,
    ]);
    edge.time.nowMs += 1000;
    edge.ask(`${playlist}?_HLS_msn=400`);
    expect(edge.upstream.last.target).toBe(`${playlist}?_HLS_msn=400`);
  });
});
