import { beforeEach, describe, expect, test } from '@jest/globals';
import { openSqliteControlStore } from '../../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { ControlStoreUnavailableError } from '../../../lib/control-store/errors.ts';
import type { ControlStore } from '../../../lib/control-store/ports.ts';
import { createTestApi, goOnAir, type TestApi } from './harness.ts';

let api: TestApi;
beforeEach(() => {
  api = createTestApi();
});
const page = 'http://127.0.0.1:8080';

describe('the door of the API', () => {
  test('a Host header that is not configured is refused, so that a rebound name reaches nothing', async () => {
    for (const host of ['evil.example', '127.0.0.1', '127.0.0.1:9999', 'localhost.evil.example', '']) {
      const { status, body } = await api.call('GET', '/v1/streams', undefined, { host });
      expect([host, status, body.type]).toEqual([host, 421, 'urn:problem-type:headwater:wrong-host']);
    }
    expect((await api.call('GET', '/v1/streams', undefined, { host: '127.0.0.1:8070' })).status).toBe(200);
    expect((await api.call('GET', '/v1/streams', undefined, { host: 'LOCALHOST' })).status).toBe(200);
    expect(api.log.filter((line) => line.includes('evil.example'))).toHaveLength(2);
  });

  test('behind an authorizer every Host is served, and pages are still told apart', async () => {
    const guarded = createTestApi({ config: { allowedHosts: undefined } });
    const call = (headers: Record<string, string>) => guarded.call('GET', '/v1/streams', undefined, headers);
    expect((await call({ host: 'abc123.execute-api.eu-central-1.amazonaws.com' })).status).toBe(200);
    expect((await call({ host: 'abc123.example', origin: 'https://evil.example' })).status).toBe(403);
  });

  test('where others call the machine, its page may call from the address or name that they use, and from no other', async () => {
    const open = createTestApi({ config: { ownNames: ['studio.local'] } });
    const ask = (host: string, origin?: string) =>
      open.call('GET', '/v1/streams', undefined, { host, ...(origin && { origin }) });
    for (const name of ['192.168.1.5', 'studio.local', '[fd00::5]']) {
      const { status, headers } = await ask(`${name}:8070`, `http://${name}:8080`);
      expect([name, status, headers.get('access-control-allow-origin')]).toEqual([
        name,
        200,
        `http://${name}:8080`,
      ]);
      expect((await ask(`${name}:8070`)).status).toBe(200);
    }
    for (const origin of [
      'http://192.168.1.6:8080',
      'http://192.168.1.5:8081',
      'https://192.168.1.5:8080',
      'null',
    ])
      expect([origin, (await ask('192.168.1.5:8070', origin)).status]).toEqual([origin, 403]);
    for (const host of ['evil.example', 'evil.example:8070', ''])
      expect([host, (await ask(host)).status]).toEqual([host, 421]);
  });

  test('an Origin that is not configured is refused before anything is done', async () => {
    for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:8081', 'https://127.0.0.1:8080']) {
      const { status, headers } = await api.call('POST', '/v1/streams', { name: 'x' }, { origin });
      expect([origin, status]).toEqual([origin, 403]);
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
    expect((await api.store.listStreams({ limit: 1 })).streams).toEqual([]);
  });

  test.each([
    ['fetch', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty' }],
    ['image', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['frame', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
    ['EventSource', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ['link', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
    ['image on another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }],
    [
      'frame on another port',
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    ],
  ])(
    'a live feed opened by the %s of a foreign page is refused, though it names no Origin',
    async (_how, headers) => {
      const { id } = await api.create();
      for (const path of [`/v1/streams/${id}/events/live`, '/v1/streams']) {
        const { status, body } = await api.call('GET', path, undefined, headers);
        expect([path, status, body.type]).toEqual([
          path,
          403,
          'urn:problem-type:headwater:origin-not-allowed',
        ]);
      }
      expect(api.log.some((line) => line.includes('"site"'))).toBe(true);
    },
  );

  test.each([
    ['this very origin', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }],
    [
      'the address bar',
      { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    ],
    [
      'a link of the console',
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    ],
    ['the console under another name of this machine', { 'sec-fetch-site': 'cross-site', origin: page }],
    ['a program', {}],
  ])('a request from %s is served', async (_who, headers) => {
    expect((await api.call('GET', '/v1/streams', undefined, headers as Record<string, string>)).status).toBe(
      200,
    );
  });

  test('no answer may be shown in a frame', async () => {
    for (const path of ['/v1/streams', '/nope', '/v1/openapi.json']) {
      const { headers } = await api.call('GET', path);
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    }
  });

  test('a request without a body from a foreign page ends no broadcast', async () => {
    const { id } = await api.create();
    await goOnAir(api, id);
    const origin = 'http://evil.example';
    expect((await api.call('POST', `/v1/streams/${id}/end`, undefined, { origin })).status).toBe(403);
    expect((await api.store.getLease(id))?.endRequested).toBe(false);
  });

  test('the page may read answers, errors too, and see the headers that it needs', async () => {
    for (const path of ['/v1/streams', '/v1/streams/zzzzzzzzzzzzzzzz', '/nope']) {
      const { headers } = await api.call('GET', path, undefined, { origin: page });
      expect(headers.get('access-control-allow-origin')).toBe(page);
      expect(headers.get('vary')).toContain('Origin');
      expect(headers.get('access-control-expose-headers')).toContain('ETag');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  test('the page is told beforehand what it may send, a foreign page is not', async () => {
    const ask = (origin: string) =>
      api.app.request('/v1/streams', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'PATCH' },
      });
    const ours = await ask(page);
    expect(ours.status).toBe(204);
    expect(ours.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(ours.headers.get('access-control-allow-headers')).toContain('If-Match');
    const foreign = await ask('http://evil.example');
    expect(foreign.status).toBe(403);
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('nothing is kept by caches or guessed by browsers', async () => {
    for (const path of ['/v1/streams', '/nope', '/v1/streams/x']) {
      const { headers } = await api.call('GET', path);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});

describe('what is not there', () => {
  test('an unknown path is a problem that says where the paths are', async () => {
    for (const path of ['/', '/v1', '/v1/streams/', '/v2/streams', '/v1/streams/x/y/z']) {
      const { status, body } = await api.call('GET', path);
      expect([path, status, body.type]).toEqual([path, 404, 'urn:problem-type:headwater:route-not-found']);
      expect(body.detail).toContain('/v1/openapi.json');
    }
  });

  test('a method that a path does not take is told which it takes', async () => {
    const { status, headers, body } = await api.call('PUT', '/v1/streams/abc', { name: 'x' });
    expect(status).toBe(405);
    expect(body.type).toBe('urn:problem-type:headwater:method-not-allowed');
    expect(headers.get('allow')!.split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'PATCH']);
  });
});

describe('faults behind the API', () => {
  const failing = (error: Error): ControlStore =>
    new Proxy({} as ControlStore, { get: () => () => Promise.reject(error) });

  test('a store that does not answer makes 503 with Retry-After on every route that needs it', async () => {
    const down = createTestApi({ store: failing(new ControlStoreUnavailableError('locked')) });
    const id = '/v1/streams/7h2kqv0m4x9rt3bz';
    for (const [method, path, body] of [
      ['POST', '/v1/streams', { name: 'x' }],
      ['GET', '/v1/streams', undefined],
      ['GET', id, undefined],
      ['PATCH', id, { name: 'x' }],
      ['DELETE', id, undefined],
      ['POST', `${id}/keys`, undefined],
      ['DELETE', `${id}/keys/k`, undefined],
      ['POST', `${id}/end`, undefined],
      ['GET', `${id}/broadcasts`, undefined],
      ['GET', `${id}/events`, undefined],
      ['GET', `${id}/events/live`, undefined],
      ['GET', '/v1/fleet', undefined],
      ['GET', '/healthz', undefined],
    ] as const) {
      const answer = await down.call(method, path, body);
      expect([method, path, answer.status, answer.headers.get('retry-after')]).toEqual([
        method,
        path,
        503,
        '1',
      ]);
    }
    expect(down.log).toHaveLength(13);
    expect(down.log[2]).toContain('"route":"/v1/streams/:id"');
  });

  test('a fault of ours tells the caller nothing of its inside, and the log everything', async () => {
    const broken = createTestApi({ store: failing(new TypeError('secret inside')) });
    const { status, body } = await broken.call('GET', '/v1/fleet');
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('secret inside');
    expect(broken.log[0]).toContain('control.request.failed');
  });

  test('a journal that cannot be written does not undo what it tells', async () => {
    const store = openSqliteControlStore(':memory:');
    store.appendEvent = () => Promise.reject(new ControlStoreUnavailableError('locked'));
    const mute = createTestApi({ store });
    expect((await mute.call('POST', '/v1/streams', { name: 'x' })).status).toBe(201);
    expect(mute.log.at(-1)).toContain('control.stream-event.lost');
  });

  test('after the store was away a lease is not held against its worker', async () => {
    const store = openSqliteControlStore(':memory:');
    const shaky = createTestApi({ store });
    const { id } = await shaky.create();
    await goOnAir(shaky, id);
    const state = async () => (await shaky.call('GET', `/v1/streams/${id}`)).body.state;
    expect(await state()).toBe('live');
    const { getStream } = store;
    store.getStream = () => Promise.reject(new ControlStoreUnavailableError('away'));
    shaky.clock.upMs += 3_600_000;
    await shaky.call('GET', `/v1/streams/${id}`);
    store.getStream = getStream;
    expect(await state()).toBe('live');
  });

  test('a healthy API says so', async () => {
    expect((await api.call('GET', '/healthz')).body).toEqual({ status: 'ok' });
  });
});
