import { describe, expect, test } from '@jest/globals';
import { PlaybackCheck } from '../../lib/edge/playback-check.ts';
import { parseEntry } from '../../lib/edge/policy/access/playback.ts';
import { edgeInMemory } from './edge-in-memory.ts';
import {
  born,
  carrying,
  keys,
  marked,
  nowMs,
  plain,
  playbackVectors,
  token,
} from './policy/access/playback-vectors.ts';

const fresh = { 'cache-control': 'max-age=3600' };

/** An edge whose next tier has everything. */
function edge(
  rules: { playback?: Record<string, string>; revoked?: readonly string[]; denied?: readonly string[] } = {},
) {
  const check = new PlaybackCheck(() => nowMs);
  const { playback = {}, revoked = [], denied = [] } = rules;
  check.follow({ playback: new Map(Object.entries(playback)), revoked: new Set(revoked) });
  check.useKeys(keys);
  const made = edgeInMemory({}, check);
  made.handler.deny(new Set(denied));
  const get = async (
    target: string,
    address?: string,
    method = 'GET',
    headers: Record<string, string> = {},
  ) => {
    const calls = made.upstream.calls.length;
    const client = made.ask(target, headers, method, address);
    if (made.upstream.calls.length > calls) {
      await made.upstream.last.head(200, fresh);
      await made.upstream.last.push('media');
      await made.upstream.last.end();
    }
    return client;
  };
  return { ...made, check, get };
}

describe('the rule of playback tokens at the local edge', () => {
  test.each(playbackVectors)('$what gets $gets', async ({ path, entry = '', revoked, address, gets }) => {
    const streamPath = path.includes(plain.slice(6)) ? plain : born;
    const { denied, mode } = parseEntry(entry);
    const { get, upstream } = edge({
      ...(mode && { playback: { [streamPath]: entry } }),
      ...(revoked && { revoked }),
      ...(denied && { denied: [streamPath] }),
    });
    const client = await get(path, address);
    if (gets.startsWith('/')) {
      expect([client.status, client.text]).toEqual([200, 'media']);
      expect(upstream.calls.map(({ target }) => target)).toEqual([gets]);
    } else {
      expect(upstream.calls).toEqual([]);
      if (gets === '404' || gets === 'denied') expect(client.status).toBe(gets === '404' ? 404 : 410);
      else {
        expect([client.status, client.response?.headers['cache-control']]).toEqual([403, 'no-store']);
        expect(JSON.parse(client.text)).toMatchObject({ status: 403, code: `playback-${gets}` });
      }
    }
  });
});

describe('a tier that only edges may reach', () => {
  test('answers nobody without the token, whatever is asked, but says that it is well', async () => {
    const { upstream, ask } = edgeInMemory({}, undefined, 'the-token-of-edges');
    for (const [path, method] of [
      [`/${plain}/index.m3u8`, 'GET'],
      [`/${plain}/index.m3u8`, 'HEAD'],
      [`/${plain}/index.m3u8`, 'OPTIONS'],
      ['/_metrics', 'GET'],
      ['/time', 'GET'],
    ] as const) {
      expect(ask(path, {}, method)).toMatchObject({ status: 401 });
      expect(ask(path, { authorization: 'Bearer the-token-of-others' }, method)).toMatchObject({
        status: 401,
      });
    }
    expect(upstream.calls).toEqual([]);
    expect(ask('/healthz')).toMatchObject({ status: 200 });
    ask(`/${born}/index.m3u8`, { authorization: 'Bearer the-token-of-edges' });
    expect(upstream.calls).toHaveLength(1);
  });
});

test('a tier that edges reach gives others what is public, and nothing of signed streams', () => {
  const { upstream, ask } = edgeInMemory({}, new PlaybackCheck(() => nowMs), 'the-token-of-edges');
  const withToken = (path: string): string => path.replace('/', `/~${token()}/`);
  ask(`/${plain}/index.m3u8`);
  expect(upstream.calls).toHaveLength(1);
  expect(ask(`/${born}/index.m3u8`)).toMatchObject({ status: 403 });
  expect(ask(`/${withToken(born)}/index.m3u8`)).toMatchObject({ status: 503 });
  expect(ask('/_metrics')).toMatchObject({ status: 401 });
  expect(upstream.calls).toHaveLength(1);
  ask(`/${born}/index.m3u8`, { authorization: 'Bearer the-token-of-edges' });
  expect(upstream.calls).toHaveLength(2);
});

describe('a signed stream at the local edge', () => {
  const segment = `/${born}/${marked}/720p/17.m4s`;

  test('is refused with a token that was good, once it has expired, was revoked, comes from elsewhere or lost its key', async () => {
    let wallMs = nowMs;
    const check = new PlaybackCheck(() => wallMs);
    check.useKeys(keys);
    const ask = (text: string, address = '203.0.113.9') =>
      JSON.parse(check.refusal(segment, text, address)?.body ?? '{"code":"plays"}').code;
    const bound = token({ address: '203.0.113.9' });
    const entry = (words: string) =>
      check.follow({ playback: new Map(words === '' ? [] : [[born, words]]), revoked: new Set() });
    expect([ask(bound), ask(bound), ask(bound, '203.0.113.10')]).toEqual([
      'plays',
      'plays',
      'playback-invalid',
    ]);
    entry(`signed; since ${nowMs}`);
    expect(ask(bound)).toBe('playback-revoked');
    entry('');
    wallMs += 3_600_000;
    expect(ask(bound)).toBe('playback-expired');
    wallMs = nowMs;
    expect(ask(bound)).toBe('plays');
    check.useKeys('k009:another-secret');
    expect(ask(bound)).toBe('playback-invalid');
  });

  test('is one object in the cache, whoever asks with whatever token', async () => {
    const { get, upstream, cache } = edge();
    for (let viewer = 0; viewer < 50; viewer++) {
      const client = await get(carrying(segment, token({ viewerId: `v${viewer}` })));
      expect(client.text).toBe('media');
    }
    expect(upstream.calls.map(({ target }) => target)).toEqual([segment]);
    expect(cache.memory.objects).toBe(1);
  });

  test('is refused however it is asked for, from the cache too', async () => {
    const { get, upstream } = edge();
    await get(carrying(segment, token()));
    const asked = upstream.calls.length;
    for (const [method, headers] of [
      ['GET', { range: 'bytes=0-1' }],
      ['GET', { 'if-none-match': '*' }],
      ['HEAD', {}],
    ] as const) {
      expect(await get(segment, undefined, method, headers)).toMatchObject({ status: 403 });
      expect(await get(`${segment}?x=1`, undefined, method, headers)).toMatchObject({ status: 403 });
    }
    expect((await get(segment, undefined, 'HEAD')).text).toBe('');
    expect(upstream.calls).toHaveLength(asked);
  });

  test('answers preflights, so that pages can read a refusal', async () => {
    const { get } = edge();
    expect(await get(segment, undefined, 'OPTIONS')).toMatchObject({ status: 204 });
    expect((await get(segment)).response?.headers['access-control-allow-origin']).toBe('*');
  });

  test('takes what was cached of it while it was public out of reach, and gives it back', async () => {
    const { get, check } = edge();
    const path = `/${plain}/index.m3u8`;
    expect(await get(path)).toMatchObject({ status: 200 });
    check.follow({ playback: new Map([[plain, 'signed']]), revoked: new Set() });
    expect(await get(path)).toMatchObject({ status: 403 });
    expect(await get(carrying(path, token({ stream: plain })))).toMatchObject({ status: 200, state: 'hit' });
    check.follow({ playback: new Map([[plain, 'public']]), revoked: new Set() });
    expect(await get(path)).toMatchObject({ status: 200, state: 'hit' });
  });

  test('passes the query on that belongs to the playlist', async () => {
    const { get, upstream } = edge();
    const playlist = `/${born}/${marked}/720p/playlist.m3u8?_HLS_msn=7&x=1`;
    await get(carrying(playlist, token()));
    expect(upstream.last.target).toBe(`/${born}/${marked}/720p/playlist.m3u8?_HLS_msn=7`);
  });

  test('is answered with 503 while the keys are unknown; a public one is not concerned', async () => {
    const { handler: _, ...parts } = edgeInMemory({}, new PlaybackCheck(() => nowMs));
    expect(parts.ask(carrying(segment, token()))).toMatchObject({ status: 503 });
    parts.ask(`/${plain}/index.m3u8`);
    expect(parts.upstream.calls).toHaveLength(1);
  });

  test('counts its refusals', async () => {
    const { get, ask } = edge();
    await get(segment);
    expect(JSON.parse(ask('/_metrics').text)).toMatchObject({ denied: 0, unsigned: 1 });
  });
});
