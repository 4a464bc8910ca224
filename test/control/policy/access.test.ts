import { describe, expect, test } from '@jest/globals';
import { type Scope, scopes } from '../../../lib/config/scopes.ts';
import { createControlApi } from '../../../lib/control/api/app.ts';
import { createProcessApi } from '../../../lib/control/api/processes.ts';
import {
  type Caller,
  decideAccess,
  mayTouch,
  routeAccess,
  routeOf,
} from '../../../lib/control/policy/access.ts';

const owned = (...granted: Scope[]): Caller => ({ id: 'ann', owner: 'ann', rights: new Set(granted) });
const full: Caller = { id: 'arn:aws:iam::111122223333:user/ops', rights: 'all' };
const routes = Object.entries(routeAccess);

/** The routes of both APIs as their OpenAPI documents list them. */
async function documentedRoutes(): Promise<string[]> {
  const config = { ingestRtmpsUrl: '', playbackBaseUrl: '', pageBaseUrl: '', region: '', keyPepper: '' };
  const about = {
    config: { ...config, allowedOrigins: [] },
    clock: { wallMs: () => 0, nowMs: () => 0 },
    emit() {},
  };
  // No route is called but the one that describes the API, so nothing stands behind the apps.
  const nothing = {} as never;
  const apps = [
    createControlApi({ ...about, store: nothing, takedowns: nothing, deletions: nothing }),
    createProcessApi({ ...about, processes: nothing }),
  ];
  const lists = await Promise.all(
    apps.map(async (app) => {
      const document = (await (await app.request('/v1/openapi.json')).json()) as {
        paths: Record<string, Record<string, unknown>>;
      };
      return Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
      );
    }),
  );
  return [...new Set(lists.flat())].sort();
}

describe('the table of routes', () => {
  test('has a row for every documented route, and no other', async () => {
    expect(Object.keys(routeAccess).sort()).toEqual(await documentedRoutes());
  });

  test('leaves only health, the document and what anyone may know of a stream open', () => {
    expect(routes.filter(([, needed]) => needed === 'open').map(([route]) => route)).toEqual([
      'GET /healthz',
      'GET /v1/openapi.json',
      'GET /v1/streams/{id}/card',
    ]);
  });

  test('needs no more than reading for what changes nothing, and more for what does', () => {
    for (const [route, needed] of routes) {
      if (needed === 'streams:read') expect(route).toMatch(/^GET /);
      if (needed === 'streams:write') expect(route).not.toMatch(/^GET /);
    }
  });

  test.each(routes)('%s is found by its path, with its stream', (route) => {
    const [method = '', template = ''] = route.split(' ');
    const path = template.replaceAll(/\{(\w+)\}/g, 'x-$1');
    const streamId = template.includes('/streams/{id}') ? 'x-id' : undefined;
    expect(routeOf(method, path)).toEqual({ route, ...(streamId && { streamId }) });
    if (method === 'GET') expect(routeOf('HEAD', path).route).toBe(route);
    expect(routeOf(method, `${path}/`).route).toBeUndefined();
    expect(routeOf(method, `/${path}`).route).toBeUndefined();
  });
});

describe('may this caller use this route?', () => {
  const isAllowed = (caller: Caller | undefined, route: string | undefined) =>
    decideAccess(caller, route).allowed;

  test.each(routes)('%s needs %s: that scope is enough, and no other is', (route, needed) => {
    expect(isAllowed(undefined, route)).toBe(needed === 'open');
    expect(isAllowed(full, route)).toBe(true);
    for (const scope of scopes) {
      expect([scope, isAllowed(owned(scope), route)]).toEqual([scope, needed === 'open' || needed === scope]);
      const without = owned(...scopes.filter((each) => each !== scope));
      expect([scope, isAllowed(without, route)]).toEqual([scope, needed !== scope]);
    }
  });

  test('a route without a row is for those with full rights, who then learn that it is none', () => {
    expect(isAllowed(full, undefined)).toBe(true);
    expect(decideAccess(owned(...scopes), undefined)).toEqual({ allowed: false, why: 'unknown-route' });
    expect(decideAccess(undefined, undefined)).toEqual({ allowed: false, why: 'unknown-caller' });
  });

  test('a token that names no owner reaches streams only with the scope platform', () => {
    const { owner: _, ...nobody } = owned('streams:read');
    expect(decideAccess(nobody, 'GET /v1/streams')).toEqual({ allowed: false, why: 'no-owner' });
    const operator: Caller = { ...nobody, rights: new Set<Scope>(['streams:read', 'platform']) };
    expect(isAllowed(operator, 'GET /v1/streams')).toBe(true);
  });
});

describe('whose stream it is', () => {
  test.each([
    [owned(...scopes.filter((scope) => scope !== 'platform')), [true, false, false]],
    [owned('streams:read', 'platform'), [true, true, true]],
    [full, [true, true, true]],
    [{ id: 'unnamed', rights: new Set<Scope>(['streams:read']) }, [false, false, false]],
  ])('%j may touch its own, another’s, and one without an owner: %j', (caller, expected) => {
    const streams = [{ owner: 'ann' }, { owner: 'ben' }, {}];
    expect(streams.map((stream) => mayTouch(caller, stream))).toEqual(expected);
  });
});
