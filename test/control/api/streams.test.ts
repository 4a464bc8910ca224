import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hashStreamKey, parseStreamKey } from '../../../lib/routing/stream-key.ts';
import { config, createTestApi, goOnAir, type TestApi } from './harness.ts';

let api: TestApi;
beforeEach(() => {
  api = createTestApi();
});

describe('creating a stream', () => {
  test('answers 201 with id, ingest points with the key, playback addresses and its location', async () => {
    const { status, headers, body } = await api.call('POST', '/v1/streams', { name: ' Sunday concert ' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/streams/${body.id}`);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toMatchObject({
      name: 'Sunday concert',
      state: 'idle',
      reconnectWindowMs: 60_000,
      createdAt: '2026-09-21T14:13:20.000Z',
      playback: {
        dash: `http://127.0.0.1:8090/local/${body.id}/manifest.mpd`,
        hls: `http://127.0.0.1:8090/local/${body.id}/index.m3u8`,
        page: `http://127.0.0.1:8080/watch/${body.id}?region=local`,
      },
      ingest: { rtmps: { url: config.ingestRtmpsUrl }, rtmp: { url: config.ingestRtmpUrl } },
    });
    expect(body.ingest.rtmp.key).toBe(body.ingest.rtmps.key);
    expect(parseStreamKey(body.ingest.rtmps.key)?.streamId).toBe(body.id);
  });

  test('names no address without TLS where none is taken', async () => {
    const tlsOnly = createTestApi({ config: { ingestRtmpUrl: undefined } });
    const { id, ingest } = await tlsOnly.create();
    expect(Object.keys(ingest)).toEqual(['rtmps']);
    const rotated = await tlsOnly.call('POST', `/v1/streams/${id}/keys`);
    expect(Object.keys(rotated.body.ingest)).toEqual(['rtmps']);
    expect(Object.keys((await tlsOnly.call('GET', `/v1/streams/${id}`)).body.ingest)).toEqual(['rtmps']);
  });

  test('keeps only the keyed hash of the key, which is the one that ingest computes', async () => {
    const { id, ingest } = await api.create();
    const key = parseStreamKey(ingest.rtmps.key)!;
    const stored = await api.store.getStream(id);
    expect(stored?.keys.map(({ hash }) => hash)).toEqual([hashStreamKey(key, config.keyPepper)]);
    expect(JSON.stringify(stored)).not.toContain(key.secret);
  });

  test('shows the key once and never in the log; the hash not at all', async () => {
    const { id, ingest } = await api.create();
    const secret = parseStreamKey(ingest.rtmps.key)!.secret;
    const seenLater = [
      (await api.call('GET', `/v1/streams/${id}`)).body,
      (await api.call('GET', '/v1/streams')).body,
      (await api.call('GET', `/v1/streams/${id}/events`)).body,
      (await api.call('PATCH', `/v1/streams/${id}`, { reconnectWindowMs: 1 })).body,
      api.log,
    ].map((value) => JSON.stringify(value));
    const hash = (await api.store.getStream(id))!.keys[0]!.hash;
    for (const text of seenLater) {
      expect(text).toMatch(/Studio A|stream.created/);
      expect(text).not.toContain(secret);
      expect(text).not.toContain(hash);
    }
  });

  test('names every fault of the body at once, unknown fields among them', async () => {
    const { status, body } = await api.call('POST', '/v1/streams', {
      name: '',
      reconnectWindowMs: 1_800_001,
      'a/b~c': 1,
      other: 2,
    });
    expect(status).toBe(400);
    expect(body.type).toBe('urn:problem-type:headwater:invalid-request');
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '#/a~1b~0c',
      '#/name',
      '#/other',
      '#/reconnectWindowMs',
    ]);
    expect((await api.store.listStreams({ limit: 1 })).streams).toEqual([]);
  });

  test('the reconnect window is whole milliseconds from 0 to half an hour, a minute where nothing is said', async () => {
    const create = (reconnectWindowMs: unknown) =>
      api.call('POST', '/v1/streams', { name: 'Studio A', reconnectWindowMs });
    for (const allowed of [0, 1, 1_800_000]) {
      expect((await create(allowed)).body).toMatchObject({ reconnectWindowMs: allowed });
    }
    for (const refused of [-1, 0.5, 1_800_001, '60000', null])
      expect((await create(refused)).status).toBe(400);
    expect((await create(undefined)).body).toMatchObject({ reconnectWindowMs: 60_000 });
  });

  test('a name with control characters is refused, any other writing is kept', async () => {
    for (const name of ['a\nb', 'Sun\u200Bday', '\u202Egnp.exe', 'a\u2028b', 'a\u2029b']) {
      expect((await api.call('POST', '/v1/streams', { name })).status).toBe(400);
      const { id } = await api.create();
      expect((await api.call('PATCH', `/v1/streams/${id}`, { name })).status).toBe(400);
      const destination = { name, url: 'rtmps://live.example.com/app', key: 'k' };
      expect((await api.call('POST', `/v1/streams/${id}/destinations`, destination)).status).toBe(400);
      expect((await api.call('POST', `/v1/streams/${id}/takedown`, { reason: name })).status).toBe(400);
    }
    const name = 'Größe “日本” \u{1f3a5}';
    expect((await api.call('POST', '/v1/streams', { name })).body.name).toBe(name);
  });

  test('no JSON value as a body, path or query is a fault of ours', async () => {
    const { id } = await api.create();
    const routes = [
      ['POST', '/v1/streams'],
      ['PATCH', `/v1/streams/${id}`],
      ['POST', `/v1/streams/${id}/keys`],
      ['POST', `/v1/streams/${id}/destinations`],
      ['POST', `/v1/streams/${id}/takedown`],
    ] as const;
    const value = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          name: fc.jsonValue(),
          reconnectWindowMs: fc.jsonValue(),
          encoder: fc.jsonValue(),
          graceSeconds: fc.jsonValue(),
          url: fc.oneof(fc.jsonValue(), fc.webUrl({ validSchemes: ['rtmp', 'rtmps'] })),
          key: fc.jsonValue(),
          reason: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), value, async ([method, path], body) => {
        const { status } = await api.call(method, path, JSON.stringify(body));
        expect([200, 201, 202, 400]).toContain(status);
      }),
      { numRuns: 150 },
    );
    // A client resolves dots before it asks: that is another path.
    const segments = fc.string().filter((segment) => !/^\.{1,2}$/.test(segment));
    await fc.assert(
      fc.asyncProperty(segments, fc.string(), async (segment, query) => {
        const path = `/v1/streams/${encodeURIComponent(segment.toWellFormed())}`;
        const { status } = await api.call(
          'GET',
          `${path}/events?limit=${encodeURIComponent(query.toWellFormed())}`,
        );
        expect([400, 404]).toContain(status);
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ['not JSON at all', '{"name":', 'malformed-body', 400],
    ['a list', '[]', 'invalid-request', 400],
    ['nothing', '', 'malformed-body', 400],
    ['null', 'null', 'invalid-request', 400],
  ])('%s as a body is refused', async (_, text, kind, status) => {
    const answer = await api.call('POST', '/v1/streams', text);
    expect([answer.status, answer.body.type]).toEqual([status, `urn:problem-type:headwater:${kind}`]);
  });

  test('a body above 64 KiB is refused before it is parsed, with or without a length', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(70_000) });
    const known = await api.call('POST', '/v1/streams', body, { 'content-length': String(body.length) });
    expect([known.status, known.body.type]).toEqual([413, 'urn:problem-type:headwater:body-too-large']);
    const streamed = await api.call('POST', '/v1/streams', body);
    expect(streamed.status).toBe(413);
  });

  test('any other content type is refused', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonish']) {
      const { status } = await api.call('POST', '/v1/streams', '{"name":"x"}', { 'content-type': type });
      expect([type, status]).toEqual([type, 415]);
    }
  });
});

describe('listing streams', () => {
  test('pages through all of them with their states', async () => {
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push((await api.create(`Studio ${i}`)).id);
    await goOnAir(api, ids[2]);
    const seen: Record<string, string> = {};
    let next = '/v1/streams?limit=2';
    let pages = 0;
    while (next) {
      const { body } = await api.call('GET', next);
      pages++;
      for (const stream of body.streams) seen[stream.id] = stream.state;
      next = body.cursor ? `/v1/streams?limit=2&cursor=${body.cursor}` : '';
    }
    expect(pages).toBe(3);
    expect(seen).toEqual(Object.fromEntries(ids.map((id, i) => [id, i === 2 ? 'live' : 'idle'])));
  });

  test.each(['limit=0', 'limit=101', 'limit=x', 'limit=1.5', 'limits=5', 'limit=1&limit=2'])(
    'the query %s is refused',
    async (query) => {
      const { status, body } = await api.call('GET', `/v1/streams?${query}`);
      expect(status).toBe(400);
      expect(body.errors[0].parameter).toBe(query.split('=')[0]);
    },
  );
});

describe('reading a stream', () => {
  test('shows the broadcast with worker, proxy, input and renditions', async () => {
    const { id } = await api.create();
    const record = await goOnAir(api, id);
    const { body } = await api.call('GET', `/v1/streams/${id}`);
    expect(body).toMatchObject({
      state: 'live',
      broadcast: {
        id: record.id,
        state: 'live',
        workerId: 'encoder-1',
        proxyId: 'ingest-1',
        epoch: 1,
        input: record.input,
        renditions: record.renditions,
      },
    });
  });

  test('a live broadcast whose worker died turns to reconnecting, then to ended', async () => {
    const { id } = await api.create();
    await goOnAir(api, id);
    const state = async () => (await api.call('GET', `/v1/streams/${id}`)).body.state;
    expect(await state()).toBe('live');
    api.clock.upMs += 5_999;
    expect(await state()).toBe('live');
    api.clock.upMs += 1;
    expect(await state()).toBe('reconnecting');
    api.clock.upMs += 60_000;
    expect(await state()).toBe('ended');
    await api.store.renewLease({ streamId: id, workerId: 'encoder-1' as never, epoch: 1 });
    expect(await state()).toBe('live');
  });

  test.each(['zzzzzzzzzzzzzzzz', 'nope', 'UPPERCASE1234567', '%2e%2e%2f', "x'%20OR%201=1"])(
    'the id %s is not found',
    async (id) => {
      const { status, body } = await api.call('GET', `/v1/streams/${id}`);
      expect([status, body.type]).toEqual([404, 'urn:problem-type:headwater:stream-not-found']);
    },
  );
});

describe('changing a stream', () => {
  test('changes what is named and tells so in the journal', async () => {
    const { id } = await api.create();
    const { status, headers, body } = await api.call('PATCH', `/v1/streams/${id}`, { reconnectWindowMs: 0 });
    expect([status, headers.get('etag')]).toEqual([200, '"2"']);
    expect(body).toMatchObject({ name: 'Studio A', reconnectWindowMs: 0, version: 2 });
    const { events } = (await api.call('GET', `/v1/streams/${id}/events`)).body;
    expect(events.map(({ type }: { type: string }) => type)).toEqual(['stream.changed', 'stream.created']);
  });

  test('with If-Match only the named version is changed', async () => {
    const { id } = await api.create();
    const patch = (tag: string) => api.call('PATCH', `/v1/streams/${id}`, { name: 'B' }, { 'if-match': tag });
    expect((await patch('"2"')).status).toBe(412);
    expect((await patch('"9", "1"')).status).toBe(200);
    expect((await patch('"1"')).status).toBe(412);
    expect((await patch('*')).status).toBe(200);
  });

  test('changes made at once are all kept', async () => {
    const { id } = await api.create();
    await Promise.all([
      api.call('PATCH', `/v1/streams/${id}`, { name: 'B' }),
      api.call('PATCH', `/v1/streams/${id}`, { reconnectWindowMs: 5 }),
    ]);
    expect((await api.call('GET', `/v1/streams/${id}`)).body).toMatchObject({
      name: 'B',
      reconnectWindowMs: 5,
      version: 3,
    });
  });

  test('nothing to change, or a stream that is not there, is refused', async () => {
    const { id } = await api.create();
    expect((await api.call('PATCH', `/v1/streams/${id}`, {})).status).toBe(400);
    expect((await api.call('PATCH', '/v1/streams/zzzzzzzzzzzzzzzz', { name: 'x' })).status).toBe(404);
  });
});

describe('deleting a stream', () => {
  test('takes it away with its journal', async () => {
    const { id } = await api.create();
    expect((await api.call('DELETE', `/v1/streams/${id}`)).status).toBe(202);
    for (const path of ['', '/events', '/broadcasts']) {
      expect((await api.call('GET', `/v1/streams/${id}${path}`)).status).toBe(404);
    }
    expect((await api.call('DELETE', `/v1/streams/${id}`)).status).toBe(404);
  });

  test.each([
    ['', 'keep', '2027-09-22T14:13:20.000Z'],
    ['?recordings=keep', 'keep', '2027-09-22T14:13:20.000Z'],
    ['?recordings=delete', 'delete', undefined],
  ])(
    'with %j makes it gone for viewers, and says what stays until when',
    async (query, recordings, keptUntil) => {
      const { id } = await api.create();
      const media = `local/${id}/index.m3u8`;
      api.edge.keys.add(media);
      const { status, body } = await api.call('DELETE', `/v1/streams/${id}${query}`);
      expect([status, body]).toEqual([
        202,
        {
          streamId: id,
          recordings,
          askedAt: '2026-09-21T14:13:20.000Z',
          state: 'deleted',
          darkAfterMs: 0,
          goneUntil: '2026-09-22T14:13:20.000Z',
          ...(keptUntil !== undefined && { keptUntil }),
          detail: `Viewers get “gone” (410) until 2026-09-22T14:13:20.000Z, then “not found” (404). ${
            keptUntil === undefined
              ? 'The recordings have been deleted.'
              : `The recordings stay in storage that no viewer can reach, until ${keptUntil} at the latest.`
          }`,
        },
      ]);
      expect([...api.edge.denied]).toEqual([`local/${id}`]);
      expect([...api.edge.keys]).toEqual(keptUntil === undefined ? [] : [`quarantine/${media}`]);
    },
  );

  test('asks what becomes of the recordings in words it knows, before anything is done', async () => {
    const { id } = await api.create();
    const refused = await api.call('DELETE', `/v1/streams/${id}?recordings=burn`);
    expect([refused.status, refused.body.errors[0].parameter]).toEqual([400, 'recordings']);
    expect((await api.call('GET', `/v1/streams/${id}`)).status).toBe(200);
  });

  test('is refused while it is on the air, and not once the broadcast has ended', async () => {
    const { id } = await api.create();
    const record = await goOnAir(api, id);
    const refused = await api.call('DELETE', `/v1/streams/${id}`);
    expect([refused.status, refused.body.type]).toEqual([409, 'urn:problem-type:headwater:stream-on-air']);
    await api.store.putBroadcast({ ...record, state: 'ended' });
    expect((await api.call('DELETE', `/v1/streams/${id}`)).status).toBe(202);
  });

  test('is not refused for ever by a worker that died', async () => {
    const { id } = await api.create();
    await goOnAir(api, id);
    expect((await api.call('DELETE', `/v1/streams/${id}`)).status).toBe(409);
    api.clock.upMs += 70_000;
    expect((await api.call('DELETE', `/v1/streams/${id}`)).status).toBe(202);
  });
});
