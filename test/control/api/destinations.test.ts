import { beforeEach, describe, expect, test } from '@jest/globals';
import type { PushStates } from '../../../lib/control-store/push-states.ts';
import { openDestinationKey } from '../../../lib/routing/destination-key.ts';
import type { MemberId } from '../../../lib/routing/ids.ts';
import { type Body, config, createTestApi, goOnAir, type TestApi } from './harness.ts';

let api: TestApi;
let stream: Body;
beforeEach(async () => {
  api = createTestApi();
  stream = await api.create();
});

const secret = 'a-key-that-nobody-else-has';
const made = { name: 'Second site', url: 'rtmps://live.example.com/app', key: secret };
const path = (rest = '') => `/v1/streams/${stream.id}/destinations${rest}`;
const add = (change: object = {}) => api.call('POST', path(), { ...made, ...change });
const change = (id: string, body: object) => api.call('PATCH', path(`/${id}`), body);
const list = async () => (await api.call('GET', path())).body.destinations;
const journal = async (): Promise<Body[]> =>
  (await api.call('GET', `/v1/streams/${stream.id}/events`)).body.events;

describe('adding a destination', () => {
  test('keeps its key sealed, for that stream and destination alone', async () => {
    const { status, body } = await add();
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-z]{8}$/),
      name: 'Second site',
      url: 'rtmps://live.example.com/app',
      enabled: true,
      createdAt: '2026-09-21T14:13:20.000Z',
    });
    const [kept] = (await api.store.getStream(stream.id))?.destinations ?? [];
    const place = { pepper: config.keyPepper, streamId: stream.id, destinationId: body.id };
    expect(openDestinationKey(kept!.sealedKey, place)).toBe(secret);
    expect(() => openDestinationKey(kept!.sealedKey, { ...place, destinationId: 'another' })).toThrow();
  });

  test('tells it in the journal and in the log, and neither there nor in an answer the key', async () => {
    const { body } = await add();
    const { sealedKey } = (await api.store.getStream(stream.id))!.destinations![0]!;
    expect((await journal()).at(0)).toMatchObject({
      type: 'destination.added',
      data: { destination: 'Second site', server: 'live.example.com' },
    });
    const answers = [body, await list(), await change(body.id, { enabled: false })];
    for (const each of [`/v1/streams/${stream.id}`, '/v1/streams', path()]) {
      answers.push((await api.call('GET', each)).body);
    }
    const told = JSON.stringify([answers, await journal(), api.log]);
    expect(told).toContain('control.destination.added');
    expect(told).not.toContain(secret);
    expect(told).not.toContain(sealedKey);
    expect(told).not.toContain('sealedKey');
  });

  test('is refused for a sixth, also where several are added at once', async () => {
    for (let count = 0; count < 4; count++) expect((await add({ name: `Site ${count}` })).status).toBe(201);
    const both = await Promise.all([add({ name: 'Fifth' }), add({ name: 'Sixth' })]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    const { body } = await add();
    expect(body.type).toBe('urn:problem-type:headwater:too-many-destinations');
    const [first] = await list();
    await api.call('DELETE', path(`/${first.id}`));
    expect((await add()).status).toBe(201);
  });

  test('is refused where the platform reaches no other servers, or not at that port', async () => {
    const type = (kind: string) => `urn:problem-type:headwater:${kind}`;
    api = createTestApi({ config: { pushPorts: [] } });
    stream = await api.create();
    expect((await add()).body.type).toBe(type('simulcast-not-offered'));
    api = createTestApi({ config: { pushPorts: [443, 1935] } });
    stream = await api.create();
    const { body } = await add({ url: 'rtmp://live.example.com:8080/app' });
    expect(body.type).toBe(type('invalid-request'));
    expect(body.errors[0]).toEqual({
      pointer: '#/url',
      detail: "Port 8080 can't be reached from here. Use one of these ports: 443, 1935.",
    });
    expect((await add()).status).toBe(201);
  });

  test.each([
    ['http://live.example.com/app'],
    ['rtmp://live.example.com'],
    ['rtmp://user:hunter2@live.example.com/app'],
    ['rtmp://127.0.0.1/app'],
    ['rtmp://169.254.169.254/latest'],
    ['rtmp://[::ffff:10.0.0.1]/app'],
    ['rtmp://[fe80::1]/app'],
    ['rtmp://0x7f.1/app'],
  ])('the address %s is refused', async (url) => {
    const { status, body } = await add({ url });
    expect([status, body.type]).toEqual([400, 'urn:problem-type:headwater:invalid-request']);
    expect(body.errors).toEqual([{ pointer: '#/url', detail: expect.stringMatching(/\.$/) }]);
    expect(body.detail).not.toContain('hunter2');
    expect(await list()).toEqual([]);
  });

  test('an address of this machine is taken where that is allowed', async () => {
    api = createTestApi({ store: api.store, config: { pushAllow: ['127.0.0.0/8'] } });
    expect((await add({ url: 'rtmp://127.0.0.1:1935/app' })).status).toBe(201);
    expect((await add({ url: 'rtmp://10.0.0.1/app' })).status).toBe(400);
  });

  test.each([
    [{ name: '' }],
    [{ name: 'two\nlines' }],
    [{ name: 'x'.repeat(61) }],
    [{ key: '' }],
    [{ key: 'a key' }],
    [{ key: 'k'.repeat(501) }],
    [{ key: 5 }],
    [{ url: 5 }],
    [{ enabled: true }],
    [{ sealedKey: 'x' }],
    [{ id: 'x' }],
  ])('%j is refused', async (fields) => {
    const { status, body } = await add(fields);
    expect([status, body.type]).toEqual([400, 'urn:problem-type:headwater:invalid-request']);
  });

  test('of an unknown stream is not found', async () => {
    const { status, body } = await api.call('POST', '/v1/streams/zzzzzzzzzzzzzzzz/destinations', made);
    expect([status, body.type]).toEqual([404, 'urn:problem-type:headwater:stream-not-found']);
  });
});

describe('how the pushes stand', () => {
  const pushes: PushStates = {
    proxyId: 'ingest-1' as MemberId,
    destinations: [],
  };

  test('is over once the stream is off the air, whatever a proxy that died said last', async () => {
    const ids: string[] = [];
    for (const name of ['First', 'Second', 'Third']) ids.push((await add({ name })).body.id);
    const states = (['live', 'refused', 'waiting'] as const).map((state, i) => ({
      id: ids[i] ?? '',
      state,
      sinceMs: 1_790_000_001_000,
      detail: 'as it was',
    }));
    const body = { ...pushes, destinations: states };
    await api.store.putDocument({ streamId: stream.id, kind: 'pushes', open: true, version: 0, body });
    const record = await goOnAir(api, stream.id);
    expect((await list()).map(({ state }: Body) => state)).toEqual(['waiting', 'refused', 'live']);
    await api.store.putBroadcast({ ...record, state: 'ended' });
    expect((await list()).map(({ state, detail }: Body) => [state, detail])).toEqual([
      ['ended', undefined],
      ['refused', 'as it was'],
      ['ended', undefined],
    ]);
  });

  test('is told where one stream is read, and not where streams are listed', async () => {
    const first = (await add()).body;
    const second = (await add({ name: 'Third site' })).body;
    const states = [
      { id: first.id, state: 'waiting', sinceMs: 1_790_000_001_000, detail: 'the server does not respond' },
      { id: 'removed-meanwhile', state: 'live', sinceMs: 1_790_000_001_000 },
    ] as const;
    await api.store.putDocument({
      streamId: stream.id,
      kind: 'pushes',
      open: true,
      version: 0,
      body: { ...pushes, destinations: states },
    });
    await goOnAir(api, stream.id);
    const shown = [
      second,
      {
        ...first,
        state: 'waiting',
        since: '2026-09-21T14:13:21.000Z',
        detail: 'the server does not respond',
      },
    ];
    expect(await list()).toEqual(shown);
    expect((await api.call('GET', `/v1/streams/${stream.id}`)).body.destinations).toEqual(shown);
    expect((await change(first.id, { name: 'Another' })).body).toEqual({ ...shown[1], name: 'Another' });
    const page = (await api.call('GET', '/v1/streams')).body;
    expect(page.streams[0].destinations).toEqual([second, { ...first, name: 'Another' }]);
  });
});

describe('changing a destination', () => {
  test('renames it or switches it, keeps its key, and tells so', async () => {
    const { id } = (await add()).body;
    const { sealedKey } = (await api.store.getStream(stream.id))!.destinations![0]!;
    expect(await change(id, { enabled: false })).toMatchObject({
      status: 200,
      body: { name: 'Second site', enabled: false },
    });
    expect((await change(id, { name: 'Elsewhere' })).body).toMatchObject({
      name: 'Elsewhere',
      enabled: false,
    });
    expect((await api.store.getStream(stream.id))!.destinations).toMatchObject([{ id, sealedKey }]);
    expect((await journal()).at(0)).toMatchObject({
      type: 'destination.changed',
      data: { destination: 'Elsewhere', enabled: false },
    });
  });

  test.each([[{}], [{ url: 'rtmp://live.example.com/app' }], [{ key: 'x' }], [{ enabled: 'yes' }]])(
    '%j is refused',
    async (body) => {
      const { id } = (await add()).body;
      expect((await change(id, body)).status).toBe(400);
    },
  );

  test('that is not there is not found', async () => {
    const { status, body } = await change('nope', { enabled: false });
    expect([status, body.type]).toEqual([404, 'urn:problem-type:headwater:destination-not-found']);
  });
});

describe('removing a destination', () => {
  const remove = (id: string) => api.call('DELETE', path(`/${id}`));

  test('takes it away with its key, and tells so', async () => {
    const first = (await add()).body;
    const second = (await add({ name: 'Third site' })).body;
    expect((await remove(first.id)).status).toBe(204);
    expect(await list()).toEqual([second]);
    expect((await api.store.getStream(stream.id))!.destinations).toHaveLength(1);
    expect((await journal()).at(0)).toMatchObject({ type: 'destination.removed' });
    expect((await remove(first.id)).body.type).toBe('urn:problem-type:headwater:destination-not-found');
  });
});
