import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Scope } from '../../../lib/config/scopes.ts';
import type { Caller } from '../../../lib/control/policy/access.ts';
import { type Body, createTestApi, type TestApi } from './harness.ts';

const callers: Readonly<Record<string, Caller>> = {
  ann: { id: 'ann', owner: 'ann', rights: new Set<Scope>(['streams:read', 'streams:write', 'takedown']) },
  ben: { id: 'ben', owner: 'ben', rights: new Set<Scope>(['streams:read', 'streams:write', 'takedown']) },
  reader: { id: 'ann', owner: 'ann', rights: new Set<Scope>(['streams:read']) },
  operator: {
    id: 'ops',
    owner: 'ops',
    rights: new Set<Scope>(['streams:read', 'streams:write', 'platform']),
  },
  iam: { id: 'arn:aws:iam::111122223333:user/ops', rights: 'all' },
};

let api: TestApi;
beforeEach(() => {
  api = createTestApi({
    callerOf: (c) => callers[c.req.header('x-caller') ?? ''],
    config: { callerLimits: { createsPerMinute: 5, streamsPerOwner: 7 } },
  });
});

const as = (caller: string, method: string, path: string, body?: object) =>
  api.call(method, path, body, { 'x-caller': caller });
const kindOf = ({ status, body }: { status: number; body: Body }) => [status, body?.type?.split(':').at(-1)];
const create = async (caller: string, body: object = {}) =>
  (await as(caller, 'POST', '/v1/streams', { name: 'x', ...body })).body;

describe('the owner of a stream', () => {
  test('is who created it, sees it in lists of nothing else, and cannot give it away', async () => {
    const [mine, theirs] = [await create('ann'), await create('ben')];
    expect([mine.owner, theirs.owner]).toEqual(['ann', 'ben']);
    const listed = async (caller: string) =>
      (await as(caller, 'GET', '/v1/streams')).body.streams.map(({ id }: Body) => id);
    expect(await listed('ann')).toEqual([mine.id]);
    expect((await listed('operator')).sort()).toEqual([mine.id, theirs.id].sort());
    const path = `/v1/streams/${mine.id}`;
    expect(kindOf(await as('ann', 'PATCH', path, { owner: 'ben' }))).toEqual([403, 'insufficient-scope']);
    expect(kindOf(await as('ann', 'POST', '/v1/streams', { name: 'x', owner: 'ben' }))).toEqual([
      403,
      'insufficient-scope',
    ]);
    expect((await as('iam', 'PATCH', path, { owner: 'ben' })).body.owner).toBe('ben');
    expect(await listed('ann')).toEqual([]);
  });

  test('finds nothing of others, by any route, and the others lose nothing', async () => {
    const { id } = await create('ben');
    const document = (await api.call('GET', '/v1/openapi.json')).body;
    let tried = 0;
    for (const [template, methods] of Object.entries<Body>(document.paths)) {
      if (!template.startsWith('/v1/streams/{id}')) continue;
      for (const method of Object.keys(methods)) {
        const path = template.replace('{id}', id).replaceAll(/\{\w+\}/g, '0123456789abcdef');
        const answer = await as(
          'ann',
          method.toUpperCase(),
          path,
          method === 'get' ? undefined : { name: 'y' },
        );
        expect([method, template, ...kindOf(answer)]).toEqual([method, template, 404, 'stream-not-found']);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(15);
    expect((await as('ben', 'GET', `/v1/streams/${id}`)).body).toMatchObject({ id, name: 'x' });
    const unknown = await as('ann', 'GET', '/v1/streams/zzzzzzzzzzzzzzzz');
    const others = await as('ann', 'GET', `/v1/streams/${id}`);
    expect(others.body.detail.replace(id, '')).toBe(unknown.body.detail.replace('zzzzzzzzzzzzzzzz', ''));
  });

  test('is nobody for what was created before, or by IAM; that is for those with full rights to hand over', async () => {
    const { id, owner } = await create('iam');
    expect(owner).toBeUndefined();
    expect((await as('ann', 'GET', `/v1/streams/${id}`)).status).toBe(404);
    await as('operator', 'PATCH', `/v1/streams/${id}`, { owner: 'ann' });
    expect((await as('ann', 'GET', `/v1/streams/${id}`)).status).toBe(200);
  });
});

describe('what a caller lacks', () => {
  test('is named: a token, or a scope', async () => {
    const unknown = await api.call('GET', '/v1/streams');
    expect(kindOf(unknown)).toEqual([401, 'unauthorized']);
    expect(unknown.headers.get('www-authenticate')).toBe('Bearer');
    const refused = await as('reader', 'POST', '/v1/streams', { name: 'x' });
    expect(kindOf(refused)).toEqual([403, 'insufficient-scope']);
    expect(refused.body.detail).toContain('streams:write');
    expect(kindOf(await as('ann', 'GET', '/v1/fleet'))).toEqual([403, 'insufficient-scope']);
    expect((await as('operator', 'GET', '/v1/fleet')).status).toBe(200);
    expect(api.log.filter((line) => line.includes('control.access.refused'))).toHaveLength(3);
  });

  test('is asked for before the body is read, and not of health and document', async () => {
    expect(kindOf(await api.call('POST', '/v1/streams', '{'))).toEqual([401, 'unauthorized']);
    for (const path of ['/healthz', '/v1/openapi.json'])
      expect((await api.call('GET', path)).status).toBe(200);
  });
});

describe('the limits of a caller', () => {
  test('so many streams a minute; the answer says when to come again', async () => {
    for (let count = 0; count < 5; count++) await create('ann');
    api.clock.wallTimeMs += 1;
    const refused = await as('ann', 'POST', '/v1/streams', { name: 'x' });
    expect(kindOf(refused)).toEqual([429, 'too-many-requests']);
    const waitMs = Number(refused.headers.get('retry-after')) * 1_000;
    expect(waitMs).toBeLessThanOrEqual(60_000);
    expect((await as('ben', 'POST', '/v1/streams', { name: 'x' })).status).toBe(201);
    api.clock.wallTimeMs += waitMs;
    expect((await as('ann', 'POST', '/v1/streams', { name: 'x' })).status).toBe(201);
  });

  test('so many streams an owner, until one is deleted; none for those with full rights', async () => {
    const made: Body[] = [];
    for (let count = 0; count < 7; count++) {
      api.clock.wallTimeMs += 60_000;
      made.push(await create('ann'));
    }
    api.clock.wallTimeMs += 60_000;
    const refused = await as('ann', 'POST', '/v1/streams', { name: 'x' });
    expect(kindOf(refused)).toEqual([429, 'too-many-streams']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await as('iam', 'POST', '/v1/streams', { name: 'x', owner: 'ann' })).status).toBe(201);
    for (const { id } of made.slice(0, 2)) await as('ann', 'DELETE', `/v1/streams/${id}`);
    expect((await as('ann', 'POST', '/v1/streams', { name: 'x' })).status).toBe(201);
  });
});
