import type { Scope } from '../../config/scopes.ts';

/** Who sent a request, as authenticated by the gateway or the API's own guard. */
export interface Caller {
  /** For logs and limits; never a token. */
  readonly id: string;
  /** `all`: IAM identities, and the user of this machine. */
  readonly rights: 'all' | ReadonlySet<Scope>;
  /** Whose streams these are. Omitted if the token names nobody. */
  readonly owner?: string;
}

/**
 * Every route of the control API and of a machine's process API, and the scope it requires; `open` needs no caller. Routes that aren't
 * listed are refused, and a test compares the table with the OpenAPI documents.
 */
export const routeAccess: Readonly<Record<string, Scope | 'open'>> = {
  'GET /healthz': 'open',
  'GET /v1/openapi.json': 'open',
  'GET /v1/streams': 'streams:read',
  'POST /v1/streams': 'streams:write',
  'GET /v1/streams/{id}': 'streams:read',
  'GET /v1/streams/{id}/card': 'open',
  'PATCH /v1/streams/{id}': 'streams:write',
  'DELETE /v1/streams/{id}': 'streams:write',
  'POST /v1/streams/{id}/keys': 'streams:write',
  'DELETE /v1/streams/{id}/keys/{keyId}': 'streams:write',
  'POST /v1/streams/{id}/end': 'streams:write',
  'GET /v1/streams/{id}/broadcasts': 'streams:read',
  'DELETE /v1/streams/{id}/broadcasts/{broadcastId}': 'streams:write',
  'GET /v1/streams/{id}/broadcasts/{broadcastId}/downloads': 'streams:read',
  'POST /v1/streams/{id}/broadcasts/{broadcastId}/downloads': 'streams:write',
  'GET /v1/streams/{id}/broadcasts/{broadcastId}/downloads/{downloadId}': 'streams:read',
  'GET /v1/streams/{id}/health': 'streams:read',
  'GET /v1/streams/{id}/audience': 'streams:read',
  'GET /v1/streams/{id}/events': 'streams:read',
  'GET /v1/streams/{id}/events/live': 'streams:read',
  'GET /v1/streams/{id}/destinations': 'streams:read',
  'POST /v1/streams/{id}/destinations': 'streams:write',
  'PATCH /v1/streams/{id}/destinations/{destinationId}': 'streams:write',
  'DELETE /v1/streams/{id}/destinations/{destinationId}': 'streams:write',
  'POST /v1/streams/{id}/playback-sessions': 'streams:write',
  'DELETE /v1/streams/{id}/playback-sessions': 'streams:write',
  'DELETE /v1/streams/{id}/playback-sessions/{sessionId}': 'streams:write',
  'POST /v1/streams/{id}/takedown': 'takedown',
  'POST /v1/streams/{id}/restore': 'takedown',
  'GET /v1/streams/{id}/takedown': 'takedown',
  'GET /v1/fleet': 'platform',
  'GET /v1/budget': 'platform',
  'POST /v1/budget/clear': 'platform',
  'GET /v1/processes': 'platform',
  'POST /v1/processes/{name}/stop': 'platform',
};

export type AccessDecision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly why: 'unknown-caller' }
  | { readonly allowed: false; readonly why: 'missing-scope'; readonly scope: Scope }
  | { readonly allowed: false; readonly why: 'no-owner' }
  | { readonly allowed: false; readonly why: 'unknown-route' };

const allowed: AccessDecision = { allowed: true };

/** May this caller use this route? `route`: a key of `routeAccess`, or undefined if none matches. */
export function decideAccess(caller: Caller | undefined, route: string | undefined): AccessDecision {
  const needed = route === undefined ? undefined : routeAccess[route];
  if (needed === 'open') return allowed;
  if (!caller) return { allowed: false, why: 'unknown-caller' };
  if (caller.rights === 'all') return allowed;
  if (needed === undefined) return { allowed: false, why: 'unknown-route' };
  if (!caller.rights.has(needed)) return { allowed: false, why: 'missing-scope', scope: needed };
  if (needed !== 'platform' && isRestricted(caller) && caller.owner === undefined) {
    return { allowed: false, why: 'no-owner' };
  }
  return allowed;
}

/** Whether the caller may see and change only its own streams. */
export const isRestricted = ({ rights }: Caller): boolean => rights !== 'all' && !rights.has('platform');

/** Whether this stream exists as far as the caller is concerned. */
export const mayTouch = (caller: Caller, stream: { readonly owner?: string | undefined }): boolean =>
  !isRestricted(caller) || (caller.owner !== undefined && stream.owner === caller.owner);

const patterns = Object.keys(routeAccess).map((route) => ({
  route,
  pattern: new RegExp(`^${route.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  idAt: route.indexOf('/{id}'),
}));

/** The route of a request, as in `routeAccess`, and the stream it names. A HEAD request is a GET. */
export function routeOf(
  method: string,
  path: string,
): { readonly route?: string; readonly streamId?: string } {
  const request = `${method === 'HEAD' ? 'GET' : method} ${path}`;
  const found = patterns.find(({ pattern }) => pattern.test(request));
  if (!found) return {};
  const { route, idAt } = found;
  return { route, ...(idAt >= 0 && { streamId: request.slice(idAt + 1).split('/', 1)[0] ?? '' }) };
}
