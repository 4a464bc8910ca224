import { beforeEach, describe, expect, test } from '@jest/globals';
import { PlaybackCheck } from '../../lib/edge/playback-check.ts';
import { edgeInMemory } from './edge-in-memory.ts';

const folder = '/local/s/b/720p/';
const playlist = `${folder}playlist.m3u8`;
const reload = (msn: number, part: number, more = '') =>
  `${playlist}?_HLS_msn=${msn}&_HLS_part=${part}${more}`;
const second = { 'cache-control': 'public, max-age=1' };

let edge: ReturnType<typeof edgeInMemory>;
beforeEach(() => {
  edge = edgeInMemory({ limitsClients: true });
});

/** Answers the newest request with this version of the playlist. */
const publish = (text: string) => edge.upstream.last.give(text, second);

describe('blocked reloads', () => {
  test('of thousands make one request to the next tier for each version, and all get it', async () => {
    for (let part = 0; part < 4; part++) {
      const clients = Array.from({ length: 5_000 }, () => edge.ask(reload(7, part)));
      expect(edge.upstream.calls).toHaveLength(part + 1);
      expect(clients.some(({ response }) => response)).toBe(false);
      edge.time.nowMs += 500;
      await publish(`version ${part}`);
      expect(clients.every(({ text, ended }) => text === `version ${part}` && ended === 'end')).toBe(true);
    }
    expect(edge.upstream.calls).toHaveLength(4);
  });

  test('have an answer that is new when it comes, however long it took', async () => {
    edge.ask(reload(7, 2));
    edge.time.nowMs += 3_000;
    await publish('text');
    edge.time.nowMs += 900;
    const late = edge.ask(reload(7, 2));
    expect(late.state).toBe('hit');
    expect(late.response?.headers).toMatchObject({ age: '0', 'headwater-age-ms': '900' });
    edge.time.nowMs += 200;
    edge.ask(reload(7, 2));
    expect(edge.upstream.calls).toHaveLength(2);
  });

  test('leave the fills of everything else alone, and those leave them alone', async () => {
    edge = edgeInMemory({ maxFills: 2, maxHeldFills: 2 });
    edge.ask(reload(7, 1));
    edge.ask(reload(8, 1));
    expect(edge.ask(reload(9, 1)).status).toBe(503);
    edge.ask('/local/s/index.m3u8');
    edge.ask('/local/s/manifest.mpd');
    expect(edge.ask('/local/t/manifest.mpd').status).toBe(503);
    expect(edge.upstream.calls).toHaveLength(4);
  });
});

describe('a request that the next tier refuses', () => {
  test.each([400, 404])('with %i has that answer, for a second', async (status) => {
    const client = edge.ask(reload(70, 2));
    await edge.upstream.last.head(status, { 'cache-control': 'public, max-age=60' });
    expect(client).toMatchObject({ status, state: 'error' });
    expect(client.response?.headers['cache-control']).toBe('public, max-age=1');
    edge.time.nowMs += 900;
    expect(edge.ask(reload(70, 2)).status).toBe(status);
    expect(edge.upstream.calls).toHaveLength(1);
    edge.time.nowMs += 200;
    edge.ask(reload(70, 2));
    expect(edge.upstream.calls).toHaveLength(2);
    expect(edge.events).toEqual([]);
  });

  test('with 503 is passed on by a live origin, which has no older copy to offer', async () => {
    edge = edgeInMemory({ isLiveOrigin: true });
    edge.ask(playlist);
    await publish('old');
    edge.time.nowMs += 1_500;
    const client = edge.ask(playlist);
    await edge.upstream.last.head(503);
    expect(client).toMatchObject({ status: 503, state: 'error' });
    expect(edge.events).toEqual([]);
    edge.time.nowMs += 300;
    edge.ask(playlist);
    expect(edge.upstream.calls).toHaveLength(3);
  });
});

describe('a reload', () => {
  beforeEach(async () => {
    edge.ask(reload(7, 2));
    await publish('7.2');
  });

  test('that is far in the future is refused, for all that the playlist as it is tells', async () => {
    const early = edge.ask(reload(9_000, 0));
    expect(edge.upstream.last.target).toBe(playlist);
    await publish('7.2');
    expect(early.status).toBe(400);
    for (let msn = 9_001; msn < 9_100; msn++) expect(edge.ask(reload(msn, 0)).status).toBe(400);
    expect(edge.upstream.calls).toHaveLength(2);
  });

  test('that is far in the future gets a playlist that has ended: its directives mean nothing', async () => {
    const [first, second] = [edge.ask(reload(9_000, 0)), edge.ask(reload(9_001, 0))];
    await publish('7.2\n#EXT-X-ENDLIST\n');
    for (const { status, text } of [first, second, edge.ask(`${playlist}?_HLS_msn=90000`)])
      expect([status, text]).toEqual([200, '7.2\n#EXT-X-ENDLIST\n']);
    expect(edge.upstream.calls).toHaveLength(2);
  });

  test('is not refused because a later one was', async () => {
    edge.ask(reload(9, 0));
    await publish('from the object store');
    edge.time.nowMs += 1_100;
    edge.ask(reload(9, 0));
    await edge.upstream.last.head(400);
    edge.ask(reload(8, 0));
    expect(edge.upstream.last.target).toBe(reload(8, 0));
  });

  test('that is not so far is a matter for the worker, also when nobody has asked for a while', () => {
    edge.ask(reload(8, 0));
    expect(edge.upstream.calls).toHaveLength(2);
    edge.time.nowMs += 60_000;
    edge.ask(reload(37, 0));
    expect(edge.upstream.calls).toHaveLength(3);
  });

  test('that is in the past gets a newer playlist from memory', () => {
    for (const past of [reload(7, 1), reload(7, 0), reload(0, 3), `${playlist}?_HLS_msn=6`])
      expect(edge.ask(past)).toMatchObject({ text: '7.2', state: 'hit' });
    expect(edge.upstream.calls).toHaveLength(1);
  });

  test('that waits for the whole segment waits for more than its parts', () => {
    expect(edge.ask(`${playlist}?_HLS_msn=7`).response).toBeUndefined();
    expect(edge.upstream.last.target).toBe(`${playlist}?_HLS_msn=7`);
  });

  test('never gets a delta update that it did not ask for', async () => {
    edge.ask(reload(7, 3, '&_HLS_skip=YES'));
    await publish('delta');
    expect(edge.ask(reload(7, 0)).response).toBeUndefined();
    expect(edge.upstream.last.target).toBe(reload(7, 0));
  });

  test('in the past is asked of the next tier once what is here is old', async () => {
    edge.time.nowMs += 1_100;
    edge.ask(reload(6, 1));
    expect(edge.upstream.last.target).toBe(reload(6, 1));
  });
});

describe('parts', () => {
  const part = (number: number, index: number, epoch = 3) => `${folder}${number}.${index}-${epoch}-1.m4s`;

  /** 400 made-up names within a second. Returns how often the next tier was asked. */
  async function flood(name: (made: number) => string): Promise<number> {
    const before = edge.upstream.calls.length;
    for (let made = 0; made < 400; made++) {
      const asked = edge.upstream.calls.length;
      edge.ask(name(made));
      if (edge.upstream.calls.length > asked) await edge.upstream.last.head(404);
      edge.time.nowMs += 2;
    }
    return edge.upstream.calls.length - before;
  }

  test.each([
    ['numbers', (made: number) => part(made + 100, made % 10)],
    ['epochs', (made: number) => part(7, 1, made + 5)],
    ['runs', (made: number) => `${folder}7.1-3-${made + 2}.m4s`],
  ])('with made-up %s get few times to the next tier', async (_what, name) => {
    expect(await flood(name)).toBeLessThanOrEqual(20);
    expect(edge.cache.counts.refused).toBeGreaterThan(350);
  });

  test('that make up reloads beyond the newest get few there, too', async () => {
    expect(await flood((made) => `/local/s/b/${made}/playlist.m3u8?_HLS_msn=7`)).toBeLessThanOrEqual(20);
  });

  test('are there for those who watch at the same address', async () => {
    edge.ask(reload(6, 3));
    await publish('6.3');
    edge.ask(part(7, 0));
    await edge.upstream.last.give('bytes');
    await flood((made) => part(made + 100, 1));
    for (const [number, index] of [
      [7, 1],
      [7, 2],
      [7, 3],
      [8, 0],
    ] as const) {
      const client = edge.ask(part(number, index));
      await edge.upstream.last.give(`${number}.${index}`);
      expect(client.text).toBe(`${number}.${index}`);
    }
    edge.ask(reload(8, 0));
    await publish(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="8.1-4-1.m4s"\n`);
    const client = edge.ask(part(8, 1, 4));
    await edge.upstream.last.give('another encoder');
    expect(client.text).toBe('another encoder');
  });

  test('that are asked for before they are made cost nothing, however often', async () => {
    for (let number = 0; number < 100; number++) {
      const client = edge.ask(part(number, 0));
      edge.time.nowMs += 500;
      await edge.upstream.last.give('bytes');
      expect(client.status).toBe(200);
    }
  });
});

describe('a takedown', () => {
  test('answers at once who waits, and cuts off who reads what still grows', async () => {
    const blocked = [edge.ask(reload(7, 2)), edge.ask(`${folder}7.2-1-1.m4s`)];
    const reading = edge.ask(`${folder}7.m4s`);
    await edge.upstream.last.head(200);
    await edge.upstream.last.push('abc');
    let isCut = false;
    reading.response?.body?.whenCut(() => {
      isCut = true;
    });
    const other = edge.ask('/local/t/b/720p/playlist.m3u8?_HLS_msn=7');
    edge.handler.deny(new Set(['local/s']));
    expect(blocked.map(({ status }) => status)).toEqual([410, 410]);
    expect(isCut).toBe(true);
    expect(other.response).toBeUndefined();
    await edge.upstream.calls[0]?.give('late', second);
    expect(edge.ask(reload(7, 2)).status).toBe(410);
    edge.handler.deny(new Set());
    await edge.upstream.calls[2]?.end();
    edge.ask(`${folder}7.m4s`);
    expect(edge.upstream.last.target).toBe(`${folder}7.m4s`);
  });

  test('is not served to those whose link was revoked while they waited', async () => {
    const check = new PlaybackCheck(() => 0);
    edge = edgeInMemory({}, check);
    const client = edge.ask(reload(7, 2));
    check.follow({ playback: new Map([['local/s', 'signed']]), revoked: new Set() });
    await publish('text');
    expect(client.status).toBe(403);
  });
});
