import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { maxObjectBytes } from '../../lib/edge/policy/delivery.ts';
import { ObjectStoreFullError, ObjectStoreUnavailableError } from '../../lib/object-store/errors.ts';
import { OriginHandler } from '../../lib/origin/http.ts';
import { startOrigin, token } from './origin-server.ts';

const authorization = `Bearer ${token}`;
const body = Buffer.from('0123456789');

describe('the origin server', () => {
  let origin: Awaited<ReturnType<typeof startOrigin>>;
  let etag: string;
  const at = (path: string) => `${origin.url}/${path}`;
  const put = (key: string, headers: Record<string, string> = {}, bytes: Buffer = body) =>
    fetch(at(key), { method: 'PUT', body: bytes, headers: { authorization, ...headers } });

  beforeAll(async () => {
    origin = await startOrigin();
    const made = await put('s/1.m4s', { 'content-type': 'video/iso.segment', 'cache-control': 'max-age=9' });
    expect(made.status).toBe(201);
    etag = made.headers.get('etag') ?? '';
  });
  afterAll(() => origin.close());

  test('gives an object with what it was stored with', async () => {
    const answer = await fetch(at('s/1.m4s'));
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(body);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      etag,
      'content-type': 'video/iso.segment',
      'cache-control': 'max-age=9',
      'content-length': '10',
      'accept-ranges': 'bytes',
    });
  });

  test('HEAD gives the same headers and no body', async () => {
    const answer = await fetch(at('s/1.m4s'), { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe('10');
    expect(answer.headers.get('etag')).toBe(etag);
    expect(await answer.text()).toBe('');
  });

  test('answers 304 to the ETag it gave, and 200 to another', async () => {
    const same = await fetch(at('s/1.m4s'), { headers: { 'if-none-match': `"x", W/${etag}` } });
    expect(same.status).toBe(304);
    expect(same.headers.get('etag')).toBe(etag);
    expect((await fetch(at('s/1.m4s'), { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
  });

  test.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=8-100', 206, '89', 'bytes 8-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=0-1,3-4', 200, '0123456789', null],
  ])('Range %s gives %i', async (range, status, text, contentRange) => {
    const answer = await fetch(at('s/1.m4s'), { headers: { range } });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toBe(text);
    expect(answer.headers.get('content-range')).toBe(contentRange);
  });

  test('a missing object is a 404 that a cache may keep one second', async () => {
    const answer = await fetch(at('s/2.m4s'));
    expect(answer.status).toBe(404);
    expect(answer.headers.get('cache-control')).toBe('max-age=1');
  });

  test.each([
    ['no token', {}],
    ['another token', { authorization: `${authorization}x` }],
    ['another scheme', { authorization: `Basic ${token}` }],
  ])('refuses to write, delete or list with %s', async (_name, headers) => {
    const plain = headers as Record<string, string>;
    expect((await fetch(at('s/9'), { method: 'PUT', body, headers: plain })).status).toBe(401);
    expect((await fetch(at('s/1.m4s'), { method: 'DELETE', headers: plain })).status).toBe(401);
    expect((await fetch(at('?prefix=s/'), { headers: plain })).status).toBe(404);
    expect((await fetch(at('s/1.m4s'))).status).toBe(200);
    expect((await fetch(at('s/9'))).status).toBe(404);
  });

  test('what is quarantined is read with the token only, and for others it is not there', async () => {
    expect((await put('quarantine/s/q.m4s')).status).toBe(201);
    for (const method of ['GET', 'HEAD']) {
      expect((await fetch(at('quarantine/s/q.m4s'), { method })).status).toBe(404);
      expect((await fetch(at('quarantine/s/q.m4s'), { method, headers: { authorization } })).status).toBe(
        200,
      );
    }
  });

  test.each([
    ['', 401, '/s/moved'],
    [authorization, 400, ''],
    [authorization, 400, 's/moved'],
    [authorization, 400, '/../s/moved'],
    [authorization, 400, 'http://elsewhere/s/moved'],
    [authorization, 204, '/s/moved'],
  ])('MOVE with the token “%s” gives %i for the destination “%s”', async (sent, status, destination) => {
    await put('s/to-move');
    const headers = { authorization: sent, destination };
    expect((await fetch(at('s/to-move'), { method: 'MOVE', headers })).status).toBe(status);
    expect((await fetch(at('s/to-move'))).status).toBe(status === 204 ? 404 : 200);
  });

  test('conditional writes that lose get 412', async () => {
    expect((await put('s/1.m4s', { 'if-none-match': '*' })).status).toBe(412);
    expect((await put('s/1.m4s', { 'if-match': '"x"' })).status).toBe(412);
    expect((await put('s/1.m4s', { 'if-none-match': etag })).status).toBe(400);
  });

  test('a body over the limit is refused, declared or not, and the server goes on', async () => {
    const big = Buffer.alloc(maxObjectBytes + 1);
    expect((await put('s/big', {}, big)).status).toBe(413);
    const undeclared = await new Promise<number | string>((done) => {
      const asked = request(at('s/big'), { method: 'PUT', headers: { authorization } });
      asked.on('response', (response) => done(response.statusCode ?? 0));
      // The server may close before it has read all: that is a refusal too.
      asked.on('error', () => done('closed'));
      asked.end(big);
    });
    expect([413, 'closed']).toContain(undeclared);
    expect((await fetch(at('s/big'))).status).toBe(404);
    expect((await fetch(at('healthz'))).status).toBe(200);
  });

  /** A request with this path exactly as it is: fetch would tidy it up. */
  const putRaw = (path: string) =>
    new Promise<number>((done, fail) => {
      const { hostname, port } = new URL(origin.url);
      const asked = request({ hostname, port, path, method: 'PUT', headers: { authorization } });
      asked.on('response', (response) => {
        response.resume();
        done(response.statusCode ?? 0);
      });
      asked.on('error', fail);
      asked.end('x');
    });

  test.each([
    '//x/y',
    '/a//b',
    '/a/',
    '/a%2f..%2fb',
    '/a%00b',
    '/a%20b',
    '/.hidden',
    '/%C3%A4',
    `/${'a'.repeat(201)}`,
  ])('the path %s is no key', async (path) => {
    expect(await putRaw(path)).toBe(400);
  });

  test.each(['/../outside-1', '/a/../../outside-2', '/%2e%2e/%2e%2e/outside-3'])(
    'the path %s stays inside the store',
    async (path) => {
      expect([201, 400]).toContain(await putRaw(path));
      const { keys } = await origin.store.list('outside', { limit: 10 });
      expect(keys.every((key) => /^outside-\d$/.test(key))).toBe(true);
    },
  );

  test('counts reads by key', async () => {
    await put('counted/a', {});
    await fetch(at('counted/a'));
    await fetch(at('counted/a'), { headers: { range: 'bytes=0-1' } });
    await fetch(at('counted/b'));
    for (const wrong of [{}, { authorization: 'Bearer wrong' }] as Record<string, string>[]) {
      expect((await fetch(at('_metrics'), { headers: wrong })).status).toBe(404);
    }
    const answer = await fetch(at('_metrics'), { headers: { authorization } });
    const metrics = (await answer.json()) as { readsByKey: Record<string, number> };
    expect(metrics.readsByKey).toMatchObject({ 'counted/a': 2, 'counted/b': 1 });
  });
});

describe('an origin whose disk fails', () => {
  test.each([
    ['is full', new ObjectStoreFullError('full'), 507],
    ['fails', new ObjectStoreUnavailableError('failing'), 503],
  ])('when it %s, the origin says so in its answer and its log', async (_how, fault, status) => {
    const origin = await startOrigin((store) => ({
      put: () => Promise.reject(fault),
      get: (key) => store.get(key),
      open: (key) => store.open(key),
      list: (prefix, page) => store.list(prefix, page),
      delete: (key) => store.delete(key),
      move: (from, to) => store.move(from, to),
    }));
    const answer = await fetch(`${origin.url}/a/b`, { method: 'PUT', body, headers: { authorization } });
    expect(answer.status).toBe(status);
    expect(origin.failures).toEqual([{ method: 'PUT', path: '/a/b', status, cause: fault }]);
    await origin.close();
  });

  test('when it is full, the log tells of it once, and once that there is room again', async () => {
    let isFull = true;
    const origin = await startOrigin((store) => ({
      put: (...asked) => (isFull ? Promise.reject(new ObjectStoreFullError('full')) : store.put(...asked)),
      get: (key) => store.get(key),
      open: (key) => store.open(key),
      list: (prefix, page) => store.list(prefix, page),
      delete: (key) => store.delete(key),
      move: (from, to) => store.move(from, to),
    }));
    const write = async (key: string) =>
      (await fetch(`${origin.url}/${key}`, { method: 'PUT', body, headers: { authorization } })).status;
    expect([await write('a/1'), await write('a/2'), await write('a/3')]).toEqual([507, 507, 507]);
    isFull = false;
    expect([await write('a/1'), await write('a/2')]).toEqual([201, 201]);
    expect(origin.failures).toEqual([
      expect.objectContaining({ path: '/a/1', status: 507 }),
      { refused: 3, forMs: expect.any(Number) },
    ]);
    await origin.close();
  });
});

describe('reading with a token of its own', () => {
  test('is refused without it; the writers’ token reads, too, and the readers’ writes nothing', async () => {
    const origin = await startOrigin();
    const handler = new OriginHandler({
      store: origin.store,
      token,
      readToken: 'the-token-of-the-shield',
      emit: () => {},
    });
    const ask = (path: string, bearer?: string, method = 'GET') =>
      handler.fetch(
        new Request(`http://origin${path}`, {
          method,
          ...(bearer !== undefined && { headers: { authorization: `Bearer ${bearer}` } }),
        }),
      );
    await origin.store.put('local/s/read.m4s', Buffer.from('media'), { contentType: 'x', cacheControl: 'y' });
    await origin.store.put('quarantine/local/s/1.m4s', Buffer.from('dark'), {
      contentType: 'x',
      cacheControl: 'y',
    });
    const statuses = async (path: string, method?: string) => {
      const answers = [undefined, 'x', 'the-token-of-the-shield', token].map(async (bearer) => {
        const answer = await ask(path, bearer, method);
        await answer.arrayBuffer();
        return answer.status;
      });
      return Promise.all(answers);
    };
    expect(await statuses('/local/s/read.m4s')).toEqual([401, 401, 200, 200]);
    expect(await statuses('/local/s/read.m4s', 'HEAD')).toEqual([401, 401, 200, 200]);
    expect(await statuses('/_metrics')).toEqual([401, 401, 404, 200]);
    expect(await statuses('/quarantine/local/s/1.m4s')).toEqual([401, 401, 404, 200]);
    expect(await statuses('/local/s/gone.m4s', 'DELETE')).toEqual([401, 401, 401, 204]);
    expect((await ask('/healthz')).status).toBe(200);
    await origin.close();
  });
});
