import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import type { ControlStore } from '../../control-store/ports.ts';
import { atName, isOwnName, nameIn } from '../../net/policy/own-names.ts';
import { isStreamId } from '../../routing/ids.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import { type Caller, decideAccess, isRestricted, mayTouch, routeOf } from '../policy/access.ts';
import type { ApiEnvironment, ControlApiConfig } from './context.ts';
import { ApiProblem } from './problems.ts';

const maxBodyBytes = 65_536;

export interface GuardContext {
  readonly config: Pick<ControlApiConfig, 'allowedHosts' | 'allowedOrigins' | 'ownNames'>;
  readonly emit: EmitEvent;
}

/**
 * Middleware in front of every route. On a single machine the API needs no login from loopback, so web pages in
 * the user's browser must not be able to reach it. The Host check stops DNS rebinding, the Origin check stops
 * cross-origin requests, and the check of `Sec-Fetch-Site` those that browsers send without an Origin: images, frames, navigation.
 * Otherwise any page could hold live feeds open. Clients other than browsers send none of these.
 */
export function guards({ config, emit }: GuardContext): MiddlewareHandler[] {
  const hosts = config.allowedHosts && new Set(config.allowedHosts.map((host) => host.toLowerCase()));
  const origins = new Set(config.allowedOrigins);
  const { ownNames } = config;
  const hostOf = (c: Context): string => c.req.header('host') ?? new URL(c.req.url).host;
  const isOwn = (host: string): boolean => ownNames !== undefined && isOwnName(nameIn(host), ownNames);
  /** The page is where the API is, under whichever name. */
  const isAllowed = (origin: string, host: string): boolean =>
    origins.has(origin) || (isOwn(host) && [...origins].some((one) => atName(one, nameIn(host)) === origin));

  const checkCaller: MiddlewareHandler = async (c, next) => {
    const host = hostOf(c);
    const origin = c.req.header('origin');
    const refuse = (reason: 'host' | 'origin' | 'site', value: string) =>
      emit('control.request.refused', { reason, value: value.slice(0, 200), method: c.req.method });
    if (hosts && !hosts.has(host.toLowerCase()) && !isOwn(host)) {
      refuse('host', host);
      throw new ApiProblem('wrong-host', "The Host header doesn't match any host configured for this API.");
    }
    if (origin !== undefined && !isAllowed(origin, host)) {
      refuse('origin', origin);
      throw new ApiProblem(
        'origin-not-allowed',
        "The Origin header doesn't match any origin configured for this API.",
      );
    }
    const site = c.req.header('sec-fetch-site');
    if (origin === undefined && site !== undefined && !isOwnSite(c, site)) {
      refuse('site', site);
      throw new ApiProblem('origin-not-allowed', 'Pages of other sites may not use this API.');
    }
    await next();
    c.header('Cache-Control', 'no-store');
    c.header('X-Content-Type-Options', 'nosniff');
    // No response is a page, and nobody may show one as a part of theirs.
    c.header('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
    c.header('X-Frame-Options', 'DENY');
  };

  return [
    checkCaller,
    cors({
      origin: (origin, c) => (isAllowed(origin, hostOf(c)) ? origin : undefined),
      allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
      allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'Last-Event-ID'],
      exposeHeaders: ['ETag', 'Idempotent-Replayed', 'Location', 'Retry-After'],
      maxAge: 600,
    }),
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () => {
        throw new ApiProblem(
          'body-too-large',
          `The body may have at most ${maxBodyBytes.toLocaleString('en-US')} bytes.`,
        );
      },
    }),
  ];
}

/**
 * Whether a request without an Origin comes from us: from a page on this very origin or from the user (address bar, bookmark). A link
 * on a page of the same site, such as the console on another port, may be followed.
 */
function isOwnSite(c: Context, site: string): boolean {
  if (site === 'same-origin' || site === 'none') return true;
  const isLink =
    c.req.header('sec-fetch-mode') === 'navigate' && c.req.header('sec-fetch-dest') === 'document';
  return site === 'same-site' && isLink;
}

export interface AccessContext {
  /** Who sent a request; undefined if it carries no valid proof. @default everyone has full rights, as where nobody else can reach */
  readonly callerOf?: ((c: Context) => Caller | undefined) | undefined;
  readonly emit: EmitEvent;
  /** For the owners of streams. @default no route names a stream */
  readonly store?: Pick<ControlStore, 'getStream'>;
}

const trusted: Caller = { id: 'trusted', rights: 'all' };

/**
 * Middleware in front of every route: may this caller use it, and does the stream it names exist for this caller? Other people's
 * streams are not found, whatever the route does with them. Later handlers find the caller in the context.
 */
export function accessGuard({
  callerOf = () => trusted,
  emit,
  store,
}: AccessContext): MiddlewareHandler<ApiEnvironment> {
  return async (c, next) => {
    const { method, path } = c.req;
    const caller = callerOf(c);
    const { route, streamId } = routeOf(method, path);
    const decision = decideAccess(caller, route);
    if (!decision.allowed) {
      const { why } = decision;
      emit('control.access.refused', { why, caller: caller?.id, route, method });
      switch (why) {
        case 'unknown-caller':
          throw new ApiProblem(
            'unauthorized',
            'Send a valid token: Authorization: Bearer …. Only this machine itself needs none.',
          );
        case 'missing-scope':
          throw new ApiProblem('insufficient-scope', `This requires the scope ${decision.scope}.`);
        case 'no-owner':
          throw new ApiProblem('insufficient-scope', 'The token does not say whose streams it is for.');
        case 'unknown-route':
          throw new ApiProblem('route-not-found', 'See /v1/openapi.json for the available paths.');
      }
    }
    if (caller && store && streamId !== undefined && isRestricted(caller) && isStreamId(streamId)) {
      const stream = await store.getStream(streamId);
      if (stream && !mayTouch(caller, stream)) {
        emit('control.access.refused', { why: 'not-owner', caller: caller.id, route, method });
        throw new ApiProblem('stream-not-found', `No stream has the ID "${streamId}".`);
      }
    }
    c.set('caller', caller ?? { id: 'anonymous', rights: new Set() });
    await next();
  };
}
