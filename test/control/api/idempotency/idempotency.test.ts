import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openSqliteControlStore } from '../../../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { scopes } from '../../../../lib/config/scopes.ts';
import type { Caller } from '../../../../lib/control/policy/access.ts';
import { ControlStoreUnavailableError } from '../../../../lib/control-store/errors.ts';
import type { RequestAnswer } from '../../../../lib/control-store/idempotency.ts';
import type { ControlStore } from '../../../../lib/control-store/ports.ts';
import { type Answer, createTestApi, goOnAir, type TestApi } from '../harness.ts';

const key = '8e03978e-40d5-43dd-bc93-6894a57f9324';
const kindOf = ({ status, body }: Answer) => [status, body?.type?.split(':').at(-1)];
const isReplay = ({ headers }: Answer) => headers.get('idempotent-replayed') === 'true';

let api: TestApi;
beforeEach(() => {
  api = createTestApi();
});

const post = (path: string, body?: object, headers: Record<string, string> = {}, on: TestApi = api) =>
  on.call('POST', path, body, { 'idempotency-key': key, ...headers });
const createOnce = (name = 'Concert', headers: Record<string, string> = {}, on: TestApi = api) =>
  post('/v1/streams', { name }, headers, on);
const streamsOf = async ({ store }: TestApi) => (await store.listStreams({ limit: 100 })).streams;

describe('a POST that is sent again with its Idempotency-Key', () => {
  test('gets the first answer, stream key included, and nothing is done again', async () => {
    const first = await createOnce();
    expect([first.status, isReplay(first)]).toEqual([201, false]);
    api.clock.wallTimeMs += 86_399_999;
    const again = await createOnce();
    expect([again.status, isReplay(again), again.body]).toEqual([201, true, first.body]);
    for (const name of ['location', 'etag', 'content-type', 'cache-control']) {
      expect([name, again.headers.get(name)]).toEqual([name, first.headers.get(name)]);
    }
    expect(await streamsOf(api)).toHaveLength(1);
    expect(await api.store.listEvents(first.body.id, { limit: 10 })).toHaveLength(1);
  });

  test('is a new request a day later, without the key, and with another', async () => {
    const { body: first } = await createOnce();
    const others = [
      await api.call('POST', '/v1/streams', { name: 'Concert' }),
      await createOnce('Concert', { 'idempotency-key': 'another' }),
    ];
    api.clock.wallTimeMs += 86_400_000;
    others.push(await createOnce());
    expect(others.map(isReplay)).toEqual([false, false, false]);
    expect(new Set([first.id, ...others.map(({ body }) => body.id)]).size).toBe(4);
  });

  test('may have its key in quotes, as the draft wants it', async () => {
    const first = await createOnce();
    const quoted = await createOnce('Concert', { 'idempotency-key': `"${key}"` });
    expect([quoted.body, isReplay(quoted)]).toEqual([first.body, true]);
  });

  test('is refused with another body, query or path', async () => {
    const { body: stream } = await createOnce();
    for (const other of [
      await createOnce('Matinee'),
      await post('/v1/streams?x=1', { name: 'Concert' }),
      await post(`/v1/streams/${stream.id}/keys`, { name: 'Concert' }),
    ]) {
      expect(kindOf(other)).toEqual([422, 'idempotency-key-reused']);
      expect(other.body.detail).toMatch(/new key/);
    }
    expect(await streamsOf(api)).toHaveLength(1);
  });

  test.each([
    ['empty', ''],
    ['too long', 'k'.repeat(256)],
    ['not ASCII', 'clé'],
    ['a quote that does not end', '"abc'],
    ['empty in quotes', '""'],
  ])('is refused if the key is %s', async (_, malformed) => {
    const answer = await createOnce('Concert', { 'idempotency-key': malformed });
    expect(kindOf(answer)).toEqual([400, 'invalid-request']);
    expect(answer.body.errors).toEqual([
      { parameter: 'Idempotency-Key', detail: 'Must be 1 to 255 visible ASCII characters, such as a UUID.' },
    ]);
    expect(await streamsOf(api)).toEqual([]);
  });

  test('is told to wait while the first is running, and gets its answer then', async () => {
    const { createStream } = api.store;
    let goOn = () => {};
    const begun = new Promise<void>((resolve) => {
      api.store.createStream = async (stream) => {
        resolve();
        await new Promise<void>((proceed) => {
          goOn = proceed;
        });
        return createStream(stream);
      };
    });
    const first = createOnce();
    await begun;
    const early = await createOnce();
    expect(kindOf(early)).toEqual([409, 'request-in-progress']);
    expect(early.headers.get('retry-after')).toBe('1');
    expect(kindOf(await createOnce('Matinee'))).toEqual([422, 'idempotency-key-reused']);
    goOn();
    const { body } = await first;
    const late = await createOnce();
    expect([late.body, isReplay(late)]).toEqual([body, true]);
  });

  test('is done a minute later if the program died that had begun it', async () => {
    const dying = createTestApi({ store: { ...api.store, createStream: () => new Promise(() => {}) } });
    const claimed = new Promise<void>((resolve) => {
      dying.store.claimRequest = async (...claim) => {
        const known = await api.store.claimRequest(...claim);
        resolve();
        return known;
      };
    });
    void createOnce('Concert', {}, dying);
    await claimed;
    api.clock.wallTimeMs += 59_999;
    expect(kindOf(await createOnce())).toEqual([409, 'request-in-progress']);
    api.clock.wallTimeMs += 1;
    const done = await createOnce();
    expect([done.status, isReplay(done)]).toEqual([201, false]);
  });

  test('goes out though its answer cannot be kept, which is logged', async () => {
    api.store.answerRequest = () => Promise.reject(new ControlStoreUnavailableError('locked'));
    expect((await createOnce()).status).toBe(201);
    expect(api.log.join('\n')).toContain('"event":"control.answer.lost"');
  });

  test('is not begun if the store is away', async () => {
    api.store.claimRequest = () => Promise.reject(new ControlStoreUnavailableError('locked'));
    expect(kindOf(await createOnce())).toEqual([503, 'store-unavailable']);
    expect(await streamsOf(api)).toEqual([]);
  });

  test('has a header that other methods do without', async () => {
    const { id } = await api.create();
    const rename = (name: string) =>
      api.call('PATCH', `/v1/streams/${id}`, { name }, { 'idempotency-key': key });
    expect([(await rename('A')).body.name, (await rename('B')).body.name]).toEqual(['A', 'B']);
  });
});

describe('a refusal', () => {
  test('that passes is not kept: the same request may try again', async () => {
    const { id } = await api.create();
    expect(kindOf(await post(`/v1/streams/${id}/end`))).toEqual([409, 'not-on-air']);
    await goOnAir(api, id);
    const done = await post(`/v1/streams/${id}/end`);
    expect([done.status, isReplay(done)]).toEqual([202, false]);
  });

  test('of a store that is away is not kept', async () => {
    const { createStream } = api.store;
    api.store.createStream = () => Promise.reject(new ControlStoreUnavailableError('locked'));
    expect(kindOf(await createOnce())).toEqual([503, 'store-unavailable']);
    api.store.createStream = createStream;
    const done = await createOnce();
    expect([done.status, isReplay(done)]).toEqual([201, false]);
  });

  test('that the request alone is the reason for is kept like an answer', async () => {
    const first = await createOnce('');
    const again = await createOnce('');
    expect([kindOf(again), isReplay(again)]).toEqual([[400, 'invalid-request'], true]);
    expect(again.body).toEqual(first.body);
    expect(kindOf(await createOnce('Concert'))).toEqual([422, 'idempotency-key-reused']);
  });
});

describe('whose keys they are', () => {
  const rights = new Set(scopes);
  const callers: Readonly<Record<string, Caller>> = {
    ann: { id: 'ann', owner: 'ann', rights: new Set(['streams:write']) },
    anywhere: { id: 'ann again', owner: 'ann', rights: new Set(['streams:write']) },
    ben: { id: 'ben', owner: 'ben', rights: new Set(['streams:write']) },
    reader: { id: 'ann', owner: 'ann', rights: new Set(['streams:read']) },
    role: { id: 'arn:aws:sts::111122223333:assumed-role/deploy/task-1', rights },
    'role again': { id: 'arn:aws:sts::111122223333:assumed-role/deploy/task-2', rights },
    'other role': { id: 'arn:aws:sts::111122223333:assumed-role/other/task-1', rights },
  };
  const as = (caller: string, name = 'Concert') => createOnce(name, { 'x-caller': caller });
  beforeEach(() => {
    api = createTestApi({
      callerOf: (c) => callers[c.req.header('x-caller') ?? ''],
      config: { callerLimits: { createsPerMinute: 1, streamsPerOwner: 1 } },
    });
  });

  test('an owner’s are not another’s, whatever they ask for', async () => {
    const [ann, ben] = [await as('ann'), await as('ben', 'Matinee')];
    expect([ann.status, ben.status]).toEqual([201, 201]);
    const again = await as('anywhere');
    expect([isReplay(again), again.body]).toEqual([true, ann.body]);
  });

  test('a role’s stay its own from one session to the next', async () => {
    const first = await as('role');
    expect((await as('role again')).body).toEqual(first.body);
    expect((await as('other role')).body.id).not.toBe(first.body.id);
  });

  test('who may not send the request gets no answer that was kept', async () => {
    await as('ann');
    expect(kindOf(await as('reader'))).toEqual([403, 'insufficient-scope']);
    expect(kindOf(await createOnce('Concert', { 'x-caller': 'nobody' }))).toEqual([401, 'unauthorized']);
  });

  test('an answer that was kept counts against no quota, and one that is used up may pass', async () => {
    await as('ann');
    for (let count = 0; count < 3; count++) expect((await as('ann')).status).toBe(201);
    const next = (path: string) =>
      api.call('POST', path, { name: 'x' }, { 'idempotency-key': 'next', 'x-caller': 'ann' });
    expect(kindOf(await next('/v1/streams'))).toEqual([429, 'too-many-requests']);
    api.clock.wallTimeMs += 60_000;
    expect(kindOf(await next('/v1/streams'))).toEqual([429, 'too-many-streams']);
  });
});

test('what the store keeps tells no stream key and no body', async () => {
  const kept: RequestAnswer[] = [];
  const { answerRequest } = api.store;
  api.store.answerRequest = (answer) => {
    kept.push(answer);
    return answerRequest(answer);
  };
  const { body } = await createOnce('A very secret name');
  const secret = body.ingest.rtmps.key.split('_')[1];
  const [answer] = kept;
  expect(kept).toHaveLength(1);
  const bytes = Buffer.from(answer!.answer.split('.')[1]!, 'base64url').toString('latin1');
  for (const text of [JSON.stringify(kept), bytes]) {
    for (const word of [secret, body.id, 'secret name', key]) expect(text).not.toContain(word);
  }
});

describe('every POST of the API', () => {
  const routes: Readonly<Record<string, (id: string) => Promise<[path: string, body?: object]>>> = {
    '/v1/streams': async () => ['', { name: 'Second' }],
    '/v1/streams/{id}/keys': async (id) => [`/${id}/keys`, { graceSeconds: 60 }],
    '/v1/streams/{id}/end': async (id) => {
      await goOnAir(api, id as never);
      return [`/${id}/end`];
    },
    '/v1/streams/{id}/broadcasts/{broadcastId}/downloads': async (id) => {
      const { id: broadcastId } = await goOnAir(api, id as never, { state: 'ended' });
      return [`/${id}/broadcasts/${broadcastId}/downloads`, { startMs: 1, endMs: 2 }];
    },
    '/v1/streams/{id}/destinations': async (id) => [
      `/${id}/destinations`,
      { name: 'Theirs', url: 'rtmp://live.example.com/app', key: 'k' },
    ],
    '/v1/streams/{id}/playback-sessions': async (id) => {
      await api.call('PATCH', `/v1/streams/${id}`, { playback: 'signed' });
      return [`/${id}/playback-sessions`, { ttlSeconds: 60 }];
    },
    '/v1/streams/{id}/takedown': async (id) => [`/${id}/takedown`, { reason: 'a report' }],
    '/v1/streams/{id}/restore': async (id) => {
      await api.call('POST', `/v1/streams/${id}/takedown`, { reason: 'a report' });
      return [`/${id}/restore`];
    },
    '/v1/budget/clear': async () => ['/../budget/clear'],
  };

  test('is tried here, and documents the header with its refusals', async () => {
    const { body: document } = await api.call('GET', '/v1/openapi.json');
    const posts = Object.entries<Answer['body']>(document.paths).flatMap(([path, item]) =>
      item.post ? [[path, item.post] as const] : [],
    );
    expect(posts.map(([path]) => path).sort()).toEqual(Object.keys(routes).sort());
    for (const [path, { parameters, responses }] of posts) {
      const header = parameters.find(
        ({ name }: { name: string }) => name.toLowerCase() === 'idempotency-key',
      );
      expect([path, header]).toMatchObject([
        path,
        {
          in: 'header',
          schema: { description: expect.stringMatching(/24 hours/), example: key, maxLength: 255 },
        },
      ]);
      expect([path, responses['409'].description]).toEqual([
        path,
        expect.stringContaining('request-in-progress'),
      ]);
      expect([path, responses['422'].description]).toEqual([
        path,
        expect.stringContaining('idempotency-key-reused'),
      ]);
    }
  });

  test.each(Object.keys(routes))('%s is done once', async (route) => {
    const { id } = await api.create();
    const [path, body] = await routes[route]!(id);
    const target = new URL(`/v1/streams${path}`, 'http://api').pathname;
    const first = await post(target, body);
    expect([first.status, isReplay(first)]).toEqual([expect.any(Number), false]);
    expect(first.status).toBeLessThan(300);
    const before = JSON.stringify(await streamsOf(api));
    const again = await post(target, body);
    expect([again.status, again.body, isReplay(again)]).toEqual([first.status, first.body, true]);
    expect(JSON.stringify(await streamsOf(api))).toBe(before);
  });
});

test('however requests with one key overlap, in however many programs, one stream is made', async () => {
  let store: ControlStore;
  let scheduler: fc.Scheduler;
  /** Its calls, and what follows them, are done in the order that the scheduler chooses. */
  const interleaved = new Proxy({} as ControlStore, {
    get:
      (_, name) =>
      async (...given: unknown[]) => {
        await scheduler.schedule(Promise.resolve(), String(name));
        const method = Reflect.get(store, name) as (...args: unknown[]) => Promise<unknown>;
        const result = await method(...given);
        await scheduler.schedule(Promise.resolve(), `${String(name)} done`);
        return result;
      },
  });
  const programs = [1, 2].map(() => createTestApi({ store: interleaved }));
  const ask = (at: number) => createOnce('Concert', {}, programs[at % 2]);
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 4 }), async (chosen, count) => {
      const database = openSqliteControlStore(':memory:');
      [store, scheduler] = [database, chosen];
      const answers = await scheduler.waitFor(Promise.all(Array.from({ length: count }, (_, at) => ask(at))));
      const made = answers.filter((answer) => answer.status === 201 && !isReplay(answer));
      expect(made).toHaveLength(1);
      for (const answer of answers) {
        if (answer === made[0]) continue;
        if (isReplay(answer)) expect(answer.body).toEqual(made[0]?.body);
        else expect(kindOf(answer)).toEqual([409, 'request-in-progress']);
      }
      expect((await database.listStreams({ limit: 10 })).streams).toHaveLength(1);
      const again = await scheduler.waitFor(ask(0));
      expect([isReplay(again), again.body]).toEqual([true, made[0]?.body]);
      database.close();
    }),
    { numRuns: 60 },
  );
});
