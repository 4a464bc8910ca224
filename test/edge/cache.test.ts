import { describe, expect, test } from '@jest/globals';
import type { BodyReader } from '../../lib/net/body-reader.ts';
import { edgeInMemory } from './edge-in-memory.ts';
import { settled } from './scripted-upstream.ts';

const segment = '/local/s/b/v/1.m4s';
const playlist = '/local/s/b/v/playlist.m3u8';
const secondOld = { 'cache-control': 'public, max-age=1' };

describe('coalescing', () => {
  test('many clients of a new segment make one fill, and all get it as it arrives', async () => {
    const { upstream, ask, cache } = edgeInMemory();
    const clients = Array.from({ length: 20 }, () => ask(segment));
    expect(upstream.calls).toHaveLength(1);
    await upstream.last.head(200, { 'content-length': '6' });
    await upstream.last.push('abc');
    expect(clients.every(({ text, ended }) => text === 'abc' && ended === undefined)).toBe(true);
    await upstream.last.push('def');
    await upstream.last.end();
    expect(clients.every(({ text, ended }) => text === 'abcdef' && ended === 'end')).toBe(true);
    expect(clients.map(({ state }) => state)).toEqual(['miss', ...Array(19).fill('coalesced')]);
    expect(cache.counts).toMatchObject({ misses: 1, coalesced: 19, fills: 1, upstreamBytes: 6 });
    expect(upstream.calls).toHaveLength(1);
  });

  test('a herd gets what has come in steps of a few milliseconds, and the end at once', async () => {
    const { upstream, ask } = edgeInMemory();
    const clients = Array.from({ length: 500 }, () => ask(segment));
    await upstream.last.head(200, { 'content-length': '9' });
    await upstream.last.push('abc');
    while (clients.some(({ text }) => text !== 'abc')) await settled();
    await upstream.last.push('def');
    await upstream.last.push('ghi');
    await upstream.last.end();
    expect(clients.every(({ text, ended }) => text === 'abcdefghi' && ended === 'end')).toBe(true);
  });

  test('a client that joins late gets the bytes so far, then the rest', async () => {
    const { upstream, ask } = edgeInMemory();
    const first = ask(segment);
    await upstream.last.head(200, { 'content-length': '6' });
    await upstream.last.push('abc');
    const late = ask(segment);
    expect(late).toMatchObject({ text: 'abc', state: 'coalesced' });
    const ranged = ask(segment, { range: 'bytes=2-4' });
    expect(ranged).toMatchObject({ text: 'c', status: 206, ended: undefined });
    await upstream.last.push('def');
    await upstream.last.end();
    expect([first.text, late.text, ranged.text]).toEqual(['abcdef', 'abcdef', 'cde']);
    expect(ranged.ended).toBe('end');
    expect(ask(segment)).toMatchObject({ text: 'abcdef', state: 'hit' });
    expect(upstream.calls).toHaveLength(1);
  });

  test('an object of undeclared size is streamed too, whatever it grows to', async () => {
    const { upstream, ask } = edgeInMemory();
    const client = ask(segment);
    await upstream.last.head(200);
    const piece = 'x'.repeat(10_000);
    for (let sent = 0; sent < 10; sent++) await upstream.last.push(piece);
    expect(client.response?.headers).not.toHaveProperty('content-length');
    expect(client.text).toBe(piece.repeat(10));
    await upstream.last.end();
    expect(ask(segment).response?.headers['content-length']).toBe('100000');
  });

  test('a fill goes on when the client that caused it has left', async () => {
    const { upstream, handler, ask } = edgeInMemory();
    handler.handle({ method: 'GET', target: segment, headers: {}, address: '' }, ({ body }) => body?.close());
    await upstream.last.give('bytes');
    expect(ask(segment)).toMatchObject({ text: 'bytes', state: 'hit' });
  });

  test('HEAD fills like GET, and shares the fill', async () => {
    const { upstream, ask } = edgeInMemory();
    const head = ask(segment, {}, 'HEAD');
    const get = ask(segment);
    await upstream.last.give('bytes');
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.response?.headers['content-length']).toBe('5');
    expect(get.text).toBe('bytes');
    expect(upstream.calls).toHaveLength(1);
  });

  test('query parameters that are not listed make no second entry, those of the table do', async () => {
    const { upstream, ask } = edgeInMemory();
    ask(`${segment}?session=1`);
    ask(`${segment}?session=2`);
    expect(upstream.calls.map(({ target }) => target)).toEqual([segment]);
    ask(`${playlist}?x=1&_HLS_msn=5`);
    ask(playlist);
    expect(upstream.calls.slice(1).map(({ target }) => target)).toEqual([`${playlist}?_HLS_msn=5`, playlist]);
  });

  test('what the table does not list is a 404 without asking anybody', () => {
    const { upstream, ask } = edgeInMemory();
    expect(ask('/local/s/secret.txt').status).toBe(404);
    expect(ask('/local/s/%31.m4s').status).toBe(404);
    expect(upstream.calls).toHaveLength(0);
  });
});

describe('an answer that breaks off', () => {
  test('never passes for a whole one: the clients of a segment are cut off, and the next one starts anew', async () => {
    const { upstream, ask, events } = edgeInMemory();
    const clients = [ask(segment), ask(segment)];
    await upstream.last.head(200, { 'content-length': '6' });
    await upstream.last.push('abc');
    await upstream.last.breakOff();
    expect(clients.map(({ text, ended }) => [text, ended])).toEqual([
      ['abc', 'failed'],
      ['abc', 'failed'],
    ]);
    expect(events).toEqual([expect.objectContaining({ key: segment, served: 'nothing' })]);
    const next = ask(segment);
    expect(upstream.calls).toHaveLength(2);
    await upstream.last.give('abcdef');
    expect(next).toMatchObject({ text: 'abcdef', state: 'miss', ended: 'end' });
  });

  test('ends too early without an error: it is cut off all the same', async () => {
    const { upstream, ask } = edgeInMemory();
    const client = ask(segment);
    await upstream.last.head(200, { 'content-length': '6' });
    await upstream.last.push('abc');
    await upstream.last.end();
    expect(client.ended).toBe('failed');
  });

  test('has more bytes than it said: it is cut off', async () => {
    const { upstream, ask } = edgeInMemory();
    const client = ask(segment);
    await upstream.last.head(200, { 'content-length': '3' });
    await upstream.last.push('abcdef');
    expect(client).toMatchObject({ text: '', ended: 'failed' });
    expect(ask(segment).state).toBeUndefined();
    expect(upstream.calls).toHaveLength(2);
  });

  test('of a playlist gives the older one', async () => {
    const { upstream, ask, time } = edgeInMemory();
    ask(playlist);
    await upstream.last.give('old', secondOld);
    time.nowMs += 1500;
    const client = ask(playlist);
    await upstream.last.head(200, { 'content-length': '6' });
    await upstream.last.push('new');
    expect(client.response).toBeUndefined();
    await upstream.last.breakOff();
    expect(client).toMatchObject({ status: 200, text: 'old', state: 'stale' });
  });

  test('of a playlist without an older one is a 502', async () => {
    const { upstream, ask } = edgeInMemory();
    const client = ask(playlist);
    await upstream.last.head(200, { 'content-length': '6' });
    await upstream.last.push('new');
    await upstream.last.breakOff();
    expect(client).toMatchObject({ status: 502, state: 'error' });
  });
});

describe('errors', () => {
  test.each([404, 403, 410])('%i is a 404, asked once for all, and kept a second', async (status) => {
    const { upstream, ask, time } = edgeInMemory();
    const clients = [ask(segment), ask(segment)];
    await upstream.last.head(status, { 'cache-control': 'max-age=600' });
    expect(clients.map((client) => client.status)).toEqual([404, 404]);
    expect(upstream.last.discarded).toBe(true);
    time.nowMs += 999;
    expect(ask(segment).status).toBe(404);
    expect(upstream.calls).toHaveLength(1);
    time.nowMs += 1;
    const later = ask(segment);
    expect(upstream.calls).toHaveLength(2);
    await upstream.last.give('there');
    expect(later).toMatchObject({ status: 200, text: 'there' });
  });

  test('the second that a 404 is kept is shared by the tiers', async () => {
    const { upstream, ask, time } = edgeInMemory();
    ask(segment);
    await upstream.last.head(404, { 'cache-control': 'public, max-age=1', 'headwater-age-ms': '900' });
    time.nowMs += 99;
    ask(segment);
    expect(upstream.calls).toHaveLength(1);
    time.nowMs += 1;
    ask(segment);
    expect(upstream.calls).toHaveLength(2);
  });

  test('a connection that fails is tried once more at once', async () => {
    const { upstream, ask } = edgeInMemory();
    const client = ask(segment);
    await upstream.last.refuse('UPSTREAM_UNREACHABLE');
    expect(upstream.calls).toHaveLength(2);
    await upstream.last.give('bytes');
    expect(client).toMatchObject({ status: 200, text: 'bytes' });
  });

  /** Refuses each try of the one fill under way, up to this many in all. */
  async function refuseAll({ upstream }: ReturnType<typeof edgeInMemory>, tries: number): Promise<void> {
    for (let refused = 1; refused <= tries; refused++) {
      while (upstream.calls.length < refused) await settled();
      await upstream.last.refuse('UPSTREAM_UNREACHABLE');
    }
  }

  test('a tier whose process is being started again is waited for, by all who ask', async () => {
    const edge = edgeInMemory();
    const clients = [edge.ask(segment), edge.ask(segment)];
    await refuseAll(edge, 3);
    while (edge.upstream.calls.length < 4) await settled();
    await edge.upstream.last.give('bytes');
    for (const client of clients) expect(client).toMatchObject({ status: 200, text: 'bytes' });
  });

  test('a tier that stays down is a 502, which is kept for a quarter of a second', async () => {
    const edge = edgeInMemory();
    const { upstream, ask, time } = edge;
    const client = ask(segment);
    await refuseAll(edge, 6);
    expect(client).toMatchObject({ status: 502, state: 'error' });
    expect(client.response?.headers['cache-control']).toBe('no-store');
    time.nowMs += 249;
    expect(ask(segment).status).toBe(502);
    expect(upstream.calls).toHaveLength(6);
    time.nowMs += 1;
    const back = ask(segment);
    await upstream.last.give('bytes');
    expect(back).toMatchObject({ status: 200, text: 'bytes' });
  });

  test('a tier that is down is not waited for where there is an older copy', async () => {
    const { upstream, ask, time } = edgeInMemory();
    ask(playlist);
    await upstream.last.give('v1', secondOld);
    time.nowMs += 1500;
    const client = ask(playlist);
    await upstream.last.refuse('UPSTREAM_UNREACHABLE');
    await upstream.last.refuse('UPSTREAM_UNREACHABLE');
    expect(client).toMatchObject({ status: 200, text: 'v1', state: 'stale' });
  });

  test('a tier that is too slow is a 504, and is not asked again at once', async () => {
    const { upstream, ask } = edgeInMemory();
    const client = ask(segment);
    await upstream.last.refuse('UPSTREAM_TIMEOUT');
    expect(client.status).toBe(504);
    expect(upstream.calls).toHaveLength(1);
  });

  test.each([500, 502, 503, 301, 206, 418])('an answer %i is a 502', async (status) => {
    const { upstream, ask } = edgeInMemory();
    const client = ask(segment);
    await upstream.last.head(status);
    expect(client.status).toBe(502);
    expect(upstream.last.discarded).toBe(true);
  });

  test('a 304 that nobody asked for is a 502', async () => {
    const { upstream, ask } = edgeInMemory();
    const client = ask(segment);
    await upstream.last.head(304);
    expect(client.status).toBe(502);
  });
});

describe('a playlist', () => {
  test('is fresh for its second, then asked for again by its ETag', async () => {
    const { upstream, ask, time, cache } = edgeInMemory();
    ask(playlist);
    await upstream.last.give('v1', secondOld);
    time.nowMs += 999;
    expect(ask(playlist)).toMatchObject({ text: 'v1', state: 'hit' });
    time.nowMs += 1;
    const both = [ask(playlist), ask(playlist)];
    expect(upstream.calls).toHaveLength(2);
    expect(upstream.last.ifNoneMatch).toBe('"v1"');
    await upstream.last.head(304, secondOld);
    expect(both.map(({ state, text }) => [state, text])).toEqual([
      ['revalidated', 'v1'],
      ['coalesced', 'v1'],
    ]);
    time.nowMs += 999;
    expect(ask(playlist).state).toBe('hit');
    expect(cache.counts).toMatchObject({ revalidated: 1, misses: 1, hits: 2, fills: 2 });
  });

  test('changes for all at once', async () => {
    const { upstream, ask, time } = edgeInMemory();
    ask(playlist);
    await upstream.last.give('v1', secondOld);
    time.nowMs += 1000;
    const client = ask(playlist);
    await upstream.last.give('v2', secondOld);
    expect(client).toMatchObject({ text: 'v2', state: 'miss' });
    expect(ask(playlist)).toMatchObject({ text: 'v2', state: 'hit' });
  });

  test('brings its age along from the tier behind, and gives its own', async () => {
    const { upstream, ask, time } = edgeInMemory();
    ask(playlist);
    time.nowMs += 20;
    await upstream.last.give('v1', { ...secondOld, 'headwater-age-ms': '800' });
    time.nowMs += 150;
    const hit = ask(playlist);
    expect(hit.state).toBe('hit');
    expect(hit.response?.headers['headwater-age-ms']).toBe('970');
    time.nowMs += 30;
    ask(playlist);
    expect(upstream.calls).toHaveLength(2);
  });

  test('is served stale for six seconds while the tier behind fails, and asked for once a second', async () => {
    const { upstream, ask, time, events } = edgeInMemory();
    ask(playlist);
    await upstream.last.give('v1', secondOld);
    time.nowMs += 1000;
    const first = ask(playlist);
    await upstream.last.refuse('UPSTREAM_TIMEOUT');
    expect(first).toMatchObject({ status: 200, text: 'v1', state: 'stale' });
    expect(events).toEqual([expect.objectContaining({ served: 'stale' })]);
    time.nowMs += 999;
    expect(ask(playlist).state).toBe('stale');
    expect(upstream.calls).toHaveLength(2);
    time.nowMs += 1;
    const second = ask(playlist);
    expect(upstream.calls).toHaveLength(3);
    await upstream.last.head(503);
    expect(second).toMatchObject({ status: 200, text: 'v1', state: 'stale' });
    time.nowMs += 5000;
    const late = ask(playlist);
    await upstream.last.head(503);
    expect(late.status).toBe(502);
  });

  test('that the tier behind serves stale is not asked for at every request', async () => {
    const { upstream, ask, time } = edgeInMemory();
    ask(playlist);
    await upstream.last.give('v1', { ...secondOld, 'headwater-age-ms': '3000', 'x-cache': 'stale' });
    time.nowMs += 249;
    expect(ask(playlist)).toMatchObject({ status: 200, state: 'stale' });
    expect(upstream.calls).toHaveLength(1);
    time.nowMs += 1;
    ask(playlist);
    expect(upstream.calls).toHaveLength(2);
  });

  test('is gone when the tier behind says so, stale or not', async () => {
    const { upstream, ask, time } = edgeInMemory();
    ask(playlist);
    await upstream.last.give('v1', secondOld);
    time.nowMs += 1000;
    const client = ask(playlist);
    await upstream.last.head(404);
    expect(client.status).toBe(404);
  });

  test('is compressed once for a version, for those who take it', async () => {
    const { upstream, ask, compressed, time } = edgeInMemory();
    const clients = [
      ask(playlist, { 'accept-encoding': 'gzip' }),
      ask(playlist, { 'accept-encoding': 'gzip, br' }),
    ];
    const plain = ask(playlist, { 'accept-encoding': 'br' });
    const part = ask(playlist, { 'accept-encoding': 'gzip', range: 'bytes=0-3' });
    await upstream.last.give('version one', secondOld);
    expect(clients.map(({ text }) => text)).toEqual(['z', 'z']);
    expect(clients[0]?.response?.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-length': '1',
    });
    expect(plain.text).toBe('version one');
    expect(part).toMatchObject({ status: 206, text: 'vers' });
    const again = ask(playlist, { 'accept-encoding': 'gzip' });
    expect(again).toMatchObject({ text: 'z', state: 'hit' });
    expect(compressed).toEqual(['version one']);
    time.nowMs += 1000;
    ask(playlist, { 'accept-encoding': 'gzip' });
    await upstream.last.give('version two', secondOld);
    expect(compressed).toEqual(['version one', 'version two']);
  });

  test('that gzip would not make smaller is given plain', async () => {
    const { upstream, ask } = edgeInMemory();
    const client = ask(playlist, { 'accept-encoding': 'gzip' });
    await upstream.last.give('x', secondOld);
    expect(client.text).toBe('x');
    expect(client.response?.headers).not.toHaveProperty('content-encoding');
  });
});

describe('our own pages', () => {
  test('/time is the time now, for players to set their clocks by', () => {
    const { ask } = edgeInMemory();
    const client = ask('/time?x=1');
    expect(client).toMatchObject({ status: 200, text: '2026-11-22T14:00:00.123Z' });
    expect(client.response?.headers['cache-control']).toBe('no-store');
    expect(ask('/time', {}, 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  test('/healthz says ok, and /_metrics what was counted', async () => {
    const { ask, upstream } = edgeInMemory();
    expect(ask('/healthz').status).toBe(200);
    ask(segment);
    await upstream.last.give('bytes');
    ask(segment);
    expect(JSON.parse(ask('/_metrics').text)).toMatchObject({ hits: 1, misses: 1, fills: 1, objects: 1 });
  });

  test('a preflight is allowed, and may be kept', () => {
    const { ask } = edgeInMemory();
    expect(ask(segment, {}, 'OPTIONS')).toMatchObject({ status: 204, text: '' });
    expect(ask(segment, {}, 'OPTIONS').response?.headers['access-control-max-age']).toBe('86400');
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', 'get'])(
    '%s is not understood',
    (method) => {
      const { ask, upstream } = edgeInMemory();
      const client = ask(segment, {}, method);
      expect(client.status).toBe(405);
      expect(client.response?.headers.allow).toBe('GET, HEAD, OPTIONS');
      expect(upstream.calls).toHaveLength(0);
    },
  );
});

describe('memory', () => {
  const name = (number: number) => `/local/s/b/v/${number}.m4s`;
  const budget = { cacheBytes: 100_000 };
  const bytes = 'x'.repeat(20_000);

  test('stays within its budget by dropping what was used least recently', async () => {
    const { upstream, ask, cache } = edgeInMemory(budget);
    for (let number = 0; number < 4; number++) {
      ask(name(number));
      await upstream.last.give(bytes);
    }
    expect(ask(name(0)).state).toBe('hit');
    for (let number = 4; number < 6; number++) {
      ask(name(number));
      await upstream.last.give(bytes);
      expect(cache.memory.usedBytes).toBeLessThanOrEqual(budget.cacheBytes);
    }
    expect(ask(name(0)).state).toBe('hit');
    expect(cache.memory.evictions).toBe(2);
    const asked = upstream.calls.length;
    ask(name(1));
    expect(upstream.calls).toHaveLength(asked + 1);
  });

  /** Clients that read nothing, each of another object, until the memory is full. */
  async function fillWithReaders({ upstream, handler }: ReturnType<typeof edgeInMemory>, clients = ['a']) {
    const readers: { body: BodyReader; isCut: boolean }[] = [];
    for (let number = 0; number < 4; number++) {
      const client = clients[number % clients.length] ?? '';
      const request = { method: 'GET', target: name(number * 100), headers: {}, client, address: '' };
      handler.handle(request, ({ body }) => {
        if (!body) throw new Error('no body');
        const reader = { body, isCut: false };
        readers.push(reader);
        body.whenCut(() => {
          reader.isCut = true;
        });
      });
      await upstream.last.give(bytes);
    }
    return readers;
  }

  test('counts what slow clients hold, and passes on without storing what finds no room', async () => {
    const edge = edgeInMemory(budget);
    const { upstream, ask, cache } = edge;
    const readers = await fillWithReaders(edge);
    const passed = ask(name(9));
    await upstream.last.give(bytes);
    expect(passed).toMatchObject({ status: 200, text: bytes, ended: 'end', state: 'uncached' });
    expect(passed.response?.headers['content-length']).toBe('20000');
    expect(cache.memory.usedBytes).toBeLessThanOrEqual(budget.cacheBytes);
    expect(cache.counts).toMatchObject({ uncached: 1, shed: 0 });
    expect(ask(name(0)).state).toBe('hit');
    expect(readers.map(({ isCut }) => isCut)).toEqual([false, false, false, false]);
    readers[0]?.body.close();
    const taken = ask(name(9));
    await upstream.last.give(bytes);
    expect(taken).toMatchObject({ status: 200, text: bytes, state: 'miss' });
  });

  test('of what is passed on, a range is a range, and what breaks off is cut off', async () => {
    const edge = edgeInMemory(budget);
    await fillWithReaders(edge);
    const { upstream, ask } = edge;
    const ranged = ask(name(9), { range: 'bytes=3-6' });
    await upstream.last.head(200, { 'content-length': '20000' });
    for (const piece of ['ab', 'cdef', 'ghij']) await upstream.last.push(piece);
    expect(ranged).toMatchObject({ status: 206, text: 'defg', ended: 'end' });
    expect(ranged.response?.headers['content-range']).toBe('bytes 3-6/20000');
    for (const how of ['breakOff', 'end'] as const) {
      const client = ask(name(9));
      await upstream.last.head(200, { 'content-length': '20000' });
      await upstream.last.push('ab');
      await upstream.last[how]();
      expect(client).toMatchObject({ text: 'ab', ended: 'failed' });
    }
    const head = ask(name(9), {}, 'HEAD');
    await upstream.last.head(200, { 'content-length': '20000' });
    expect([head.status, head.text, upstream.last.discarded]).toEqual([200, '', true]);
  });

  test('all who wait are passed it, each by a request of its own, up to a limit', async () => {
    const edge = edgeInMemory({ ...budget, maxUncached: 3 });
    await fillWithReaders(edge);
    const { upstream, ask, cache } = edge;
    const clients = Array.from({ length: 5 }, () => ask(name(9)));
    const first = upstream.calls.length;
    await upstream.last.head(200, { 'content-length': '20000' });
    expect(upstream.calls).toHaveLength(first + 2);
    for (const call of upstream.calls.slice(first)) await call.give(bytes);
    await upstream.calls[first - 1]?.push(bytes);
    await upstream.calls[first - 1]?.end();
    expect(clients.map(({ status }) => status)).toEqual([200, 200, 200, 503, 503]);
    expect(clients.slice(0, 3).every(({ text }) => text === bytes)).toBe(true);
    expect(cache.counts).toMatchObject({ uncached: 3, shed: 2 });
  });

  test('a client that has stopped reading gives way, and only as many as it takes', async () => {
    const edge = edgeInMemory(budget);
    const { upstream, ask, cache, time } = edge;
    const readers = await fillWithReaders(edge, ['a', 'b', 'b', 'c']);
    for (const { body } of readers.slice(1)) body.stalled(time.nowMs);
    const client = ask(name(9));
    await upstream.last.give(bytes);
    expect(client).toMatchObject({ status: 200, text: bytes, state: 'miss' });
    // Of the client that holds most, the one that has read longest.
    expect(readers.map(({ isCut }) => isCut)).toEqual([false, true, false, false]);
    expect(cache.memory.cutReaders).toBe(1);
    expect(cache.memory.usedBytes).toBeLessThanOrEqual(budget.cacheBytes);
    expect(ask(name(9)).state).toBe('hit');
  });

  test('an object that somebody reads is not taken from under those who do not', async () => {
    const edge = edgeInMemory(budget);
    const { upstream, handler, ask, time } = edge;
    const readers = await fillWithReaders(edge);
    for (const { body } of readers) body.stalled(time.nowMs);
    for (let number = 0; number < 4; number++) {
      const request = { method: 'GET', target: name(number * 100), headers: {}, client: 'b', address: '' };
      handler.handle(request, () => {});
    }
    const client = ask(name(9));
    await upstream.last.give(bytes);
    expect(client.state).toBe('uncached');
    expect(readers.some(({ isCut }) => isCut)).toBe(false);
    // But it takes no more readers, who would hold it for those.
    const before = upstream.calls.length;
    ask(name(0));
    expect(upstream.calls).toHaveLength(before + 1);
  });

  test('a client that holds more than its share for seconds gives way, though it reads', async () => {
    const edge = edgeInMemory(budget);
    const { upstream, ask, time } = edge;
    const readers = await fillWithReaders(edge, ['a', 'a', 'b', 'a']);
    time.nowMs += 5_000;
    const client = ask(name(9));
    await upstream.last.give(bytes);
    expect(client.state).toBe('miss');
    expect(readers.map(({ isCut }) => isCut)).toEqual([true, false, false, false]);
  });

  test('who stops reading what is passed on gives way to the next', async () => {
    const edge = edgeInMemory({ ...budget, maxUncached: 1 });
    const { upstream, handler, ask, time } = edge;
    await fillWithReaders(edge);
    let stuck: BodyReader | undefined;
    handler.handle({ method: 'GET', target: name(9), headers: {}, address: '' }, ({ body }) => {
      stuck = body;
    });
    await upstream.last.head(200, { 'content-length': '20000' });
    const early = ask(name(11));
    await upstream.last.head(200, { 'content-length': '20000' });
    expect(early.status).toBe(503);
    let isCut = false;
    stuck?.whenCut(() => {
      isCut = true;
    });
    stuck?.stalled(time.nowMs);
    const late = ask(name(12));
    await upstream.last.give(bytes);
    expect([late.status, isCut]).toEqual([200, true]);
  });

  test('a version that was replaced counts until its last reader has left', async () => {
    const { upstream, handler, ask, cache, time } = edgeInMemory(budget);
    let close = () => {};
    handler.handle({ method: 'GET', target: playlist, headers: {}, address: '' }, ({ body }) => {
      close = () => body?.close();
    });
    await upstream.last.give(bytes, secondOld);
    time.nowMs += 1000;
    ask(playlist);
    await upstream.last.give(`${bytes}2`, { ...secondOld, etag: '"2"' });
    const both = cache.memory.usedBytes;
    expect(both).toBeGreaterThan(40_000);
    close();
    expect(cache.memory.usedBytes).toBeLessThan(both - 20_000);
  });

  test('an object over the limit is a 502, declared or not, and none of it stays', async () => {
    const { upstream, ask, cache } = edgeInMemory({ ...budget, maxObjectBytes: 30_000 });
    const declared = ask(name(1));
    await upstream.last.head(200, { 'content-length': '30001' });
    expect(declared.status).toBe(502);
    const undeclared = ask(name(2));
    await upstream.last.head(200);
    await upstream.last.push(bytes);
    await upstream.last.push(bytes);
    expect(undeclared.ended).toBe('failed');
    expect(cache.memory.usedBytes).toBeLessThan(2000);
  });

  test('is all free again after fills that failed', async () => {
    const { upstream, ask, cache, time } = edgeInMemory(budget);
    for (const target of [segment, playlist]) {
      ask(target);
      await upstream.last.head(200, { 'content-length': '20000' });
      await upstream.last.push('abc');
      await upstream.last.breakOff();
    }
    time.nowMs += 1000;
    ask(playlist);
    await upstream.last.give('x', secondOld);
    expect(cache.memory.objects).toBe(1);
    expect(cache.memory.usedBytes).toBeLessThan(2000);
  });

  test.each([
    ['that are held', { maxHeldFills: 2, maxFills: 0 }, name],
    [
      'of objects that are there',
      { maxFills: 2, maxHeldFills: 0 },
      (number: number) => `/local/s/b/v/init-${number}.mp4`,
    ],
  ])(
    'fills at once %s are limited; those who come for a fill under way are not',
    async (_what, limits, of) => {
      const { upstream, ask, cache } = edgeInMemory(limits);
      const first = ask(of(1));
      ask(of(2));
      expect(ask(of(3)).status).toBe(503);
      const joined = ask(of(1));
      await upstream.calls[0]?.give('bytes');
      expect([first.text, joined.text]).toEqual(['bytes', 'bytes']);
      ask(of(3));
      expect(upstream.calls).toHaveLength(3);
      await upstream.calls[1]?.refuse('UPSTREAM_TIMEOUT');
      await upstream.calls[2]?.refuse('UPSTREAM_TIMEOUT');
      expect([cache.fillsUnderWay, cache.heldFills]).toEqual([0, 0]);
    },
  );

  test('an old copy that had to make room while it was revalidated comes back', async () => {
    const { upstream, ask, cache, time } = edgeInMemory(budget);
    ask(playlist);
    await upstream.last.give(bytes, secondOld);
    time.nowMs += 1000;
    const waiting = ask(playlist);
    const revalidation = upstream.last;
    for (let number = 0; number < 5; number++) {
      ask(name(number));
      await upstream.last.give(bytes);
    }
    await revalidation.head(304, secondOld);
    await settled();
    expect(waiting).toMatchObject({ text: bytes, state: 'revalidated' });
    expect(ask(playlist).state).toBe('hit');
    expect(cache.memory.usedBytes).toBeLessThanOrEqual(budget.cacheBytes);
  });
});
