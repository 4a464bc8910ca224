import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ControlStoreUnavailableError } from '../../../lib/control-store/errors.ts';
import { streamEvent } from '../../../lib/control-store/stream-events.ts';
import { type Body, createTestApi, type TestApi } from './harness.ts';

let api: TestApi;
let stream: Body;
let readers: ReadableStreamDefaultReader<Uint8Array>[];
beforeEach(async () => {
  api = createTestApi();
  stream = await api.create();
  readers = [];
});
afterEach(() => Promise.all(readers.map((reader) => reader.cancel())));

const gap = (gapMs: number) =>
  api.store.appendEvent(streamEvent('input.gap', { gapMs }, { streamId: stream.id, atMs: 1_000 }));

describe('reading the journal', () => {
  const read = async (query = '') =>
    (await api.call('GET', `/v1/streams/${stream.id}/events${query}`)).body as Body;

  test('begins with the newest; after a sequence it goes on in the order in which things happened', async () => {
    for (let i = 1; i <= 4; i++) await gap(i * 100);
    const all = (await read()).events;
    expect(all.map(({ type }: Body) => type)).toEqual([...Array(4).fill('input.gap'), 'stream.created']);
    expect(all[3]).toMatchObject({ at: '1970-01-01T00:00:01.000Z', data: { gapMs: 100 } });
    const [, , , second, created] = all;
    expect((await read(`?after=${created.sequence}&limit=2`)).events).toEqual([second, all[2]]);
    expect(await read(`?after=${all[0].sequence}`)).toEqual({ events: [] });
  });

  test('leads to the oldest in pages, each event once, whatever happens in between', async () => {
    for (let i = 1; i <= 4; i++) await gap(i * 100);
    const all = (await read()).events;
    const seen: Body[] = [];
    let cursor: string | undefined = '';
    const sizes: number[] = [];
    while (cursor !== undefined) {
      const page: Body = await read(`?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.events);
      sizes.push(page.events.length);
      cursor = page.cursor;
      await gap(1);
    }
    expect(seen).toEqual(all);
    expect(sizes).toEqual([2, 2, 1]);
  });

  test.each(['after=-1', 'after=x', 'limit=1001', 'since=3', 'cursor=0', 'cursor=x', 'cursor=3&after=1'])(
    'the query %s is refused',
    async (query) => {
      expect((await api.call('GET', `/v1/streams/${stream.id}/events?${query}`)).status).toBe(400);
    },
  );

  test('of an unknown stream is not found', async () => {
    expect((await api.call('GET', '/v1/streams/zzzzzzzzzzzzzzzz/events')).status).toBe(404);
  });
});

/** Follows the live feed, message by message; comments are messages too. */
async function follow(query = '', headers: Record<string, string> = {}, on: TestApi = api) {
  const response = await on.app.request(`/v1/streams/${stream.id}/events/live${query}`, { headers });
  const reader = response.body!.getReader();
  readers.push(reader);
  const decoder = new TextDecoder();
  let text = '';
  return {
    response,
    cancel: () => reader.cancel(),
    /** The fields of the next message that isn't a comment; undefined at the end. */
    async next(): Promise<Record<string, string> | undefined> {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const lines = text.slice(0, end).split('\n');
          text = text.slice(end + 2);
          if (lines[0]?.startsWith(':')) continue;
          return Object.fromEntries(lines.map((line) => line.split(/: (.*)/s) as [string, string]));
        }
        const { done, value } = await reader.read();
        if (done) return undefined;
        text += decoder.decode(value, { stream: true });
      }
    },
    async comment(words: string): Promise<void> {
      while (!text.includes(words)) {
        const { value } = await reader.read();
        text += decoder.decode(value, { stream: true });
      }
    },
  };
}

/** Requests a feed until a slot is free. */
async function untilOpen(ask: () => Response | Promise<Response>) {
  for (;;) {
    const response = await ask();
    if (response.status === 200) return response.body!.getReader();
    await response.text();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('following the journal', () => {
  test('sends past events, then new ones, each once and with its sequence as the ID', async () => {
    await gap(100);
    const feed = await follow();
    expect(feed.response.headers.get('content-type')).toBe('text/event-stream');
    const created = await feed.next();
    expect(JSON.parse(created!.data!)).toMatchObject({ type: 'stream.created' });
    expect(JSON.parse((await feed.next())!.data!).data).toEqual({ gapMs: 100 });
    await gap(200);
    const news = await feed.next();
    expect(JSON.parse(news!.data!)).toMatchObject({ data: { gapMs: 200 }, sequence: Number(news!.id) });
    expect(Number(news!.id)).toBe(Number(created!.id) + 2);
  });

  test('continues after the last event that the browser saw, which overrides the query', async () => {
    for (let i = 1; i <= 3; i++) await gap(i);
    const [, first, second] = await api.store.listEvents(stream.id, { limit: 10 });
    const feed = await follow(`?after=${first!.sequence}`);
    expect((await feed.next())!.id).toBe(String(second!.sequence));
    const again = await follow('?after=0', { 'last-event-id': String(second!.sequence) });
    expect(JSON.parse((await again.next())!.data!).data).toEqual({ gapMs: 3 });
  });

  test('announces that a stream was deleted, and ends', async () => {
    const feed = await follow();
    await feed.next();
    await api.call('DELETE', `/v1/streams/${stream.id}`);
    expect(await feed.next()).toEqual({ event: 'gone', data: '{}' });
    expect(await feed.next()).toBeUndefined();
  });

  test('survives a store outage', async () => {
    const { listEvents } = api.store;
    const feed = await follow();
    await feed.next();
    api.store.listEvents = () => Promise.reject(new ControlStoreUnavailableError('away'));
    await feed.comment(': the control store is unavailable');
    api.store.listEvents = listEvents;
    await gap(7);
    expect(JSON.parse((await feed.next())!.data!).data).toEqual({ gapMs: 7 });
    expect(api.log.filter((line) => line.includes('control.store.unavailable'))).toHaveLength(1);
  });

  test('sends keep-alive comments while nothing happens', async () => {
    const feed = await follow();
    await feed.comment(': keep-alive');
  });

  test('ends after its lifetime, so that no connection stays open forever', async () => {
    const short = createTestApi({ store: api.store, config: { liveFeedMs: 20 } });
    const feed = await follow('', {}, short);
    await feed.next();
    expect(await feed.next()).toBeUndefined();
  });

  test('refuses more feeds than allowed, and frees a slot when a client leaves', async () => {
    const small = createTestApi({ store: api.store, config: { maxLiveFeeds: 2 } });
    const path = `/v1/streams/${stream.id}/events/live`;
    const first = await follow('', {}, small);
    await follow('', {}, small);
    const refused = await small.call('GET', path);
    expect(refused.body.type).toBe('urn:problem-type:headwater:too-many-listeners');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    await first.cancel();
    await new Promise((resolve) => setImmediate(resolve));
    expect((await follow('', {}, small)).response.status).toBe(200);
  });

  test('is not offered if responses cannot be held open, and the problem suggests polling', async () => {
    const buffered = createTestApi({ store: api.store, config: { maxLiveFeeds: 0 } });
    const refused = await buffered.call('GET', `/v1/streams/${stream.id}/events/live`);
    expect(refused.status).toBe(501);
    expect(refused.body).toMatchObject({
      type: 'urn:problem-type:headwater:live-feed-not-offered',
      detail: expect.stringContaining('/events with "after"'),
    });
  });

  test('a client that does not read keeps its slot only for the lifetime of the feed', async () => {
    const small = createTestApi({ store: api.store, config: { maxLiveFeeds: 1, liveFeedMs: 30 } });
    const path = `/v1/streams/${stream.id}/events/live`;
    for (let i = 0; i < 20; i++) await gap(i);
    const stuck = await small.app.request(path);
    expect((await small.app.request(path)).status).toBe(503);
    readers.push(await untilOpen(() => small.app.request(path)));
    await stuck.body!.cancel();
  });

  test('over a socket, a slot is freed when the client hangs up', async () => {
    const small = createTestApi({
      store: api.store,
      config: { maxLiveFeeds: 1, allowedHosts: ['feeds.test'] },
    });
    // Host is set by fetch, so the test's own address stands in for the configured one.
    const server = createAdaptorServer({
      fetch: (request) => small.app.fetch(new Request(request, { headers: { host: 'feeds.test' } })),
    }).listen(0, '127.0.0.1') as Server;
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/streams/${stream.id}/events/live`;
    const hangUp = new AbortController();
    await (await fetch(url, { signal: hangUp.signal })).body!.getReader().read();
    expect((await fetch(url)).status).toBe(503);
    hangUp.abort();
    const reader = await untilOpen(() => fetch(url));
    await reader.cancel();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  test('a HEAD request takes no slot', async () => {
    const small = createTestApi({ store: api.store, config: { maxLiveFeeds: 1 } });
    const path = `/v1/streams/${stream.id}/events/live`;
    for (let i = 0; i < 3; i++) expect((await small.app.request(path, { method: 'HEAD' })).status).toBe(200);
    expect((await follow('', {}, small)).response.status).toBe(200);
  });

  test('of an unknown stream is not found', async () => {
    expect((await api.call('GET', '/v1/streams/zzzzzzzzzzzzzzzz/events/live')).status).toBe(404);
    expect((await api.call('GET', `/v1/streams/${stream.id}/events/live?after=x`)).status).toBe(400);
  });
});
