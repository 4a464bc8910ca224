import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import type { EmitEvent } from '../../telemetry/events.ts';
import type { ControlApiConfig } from './context.ts';
import { ApiProblem } from './problems.ts';

const maxBodyBytes = 65_536;

export interface GuardContext {
  readonly config: Pick<ControlApiConfig, 'allowedHosts' | 'allowedOrigins'>;
  readonly emit: EmitEvent;
}

/**
 * Middleware in front of every route. On a single machine the API listens on loopback without a login, so web pages in
 * the user's browser must not be able to reach it. The Host check stops DNS rebinding, the Origin check stops
 * cross-origin requests, and the check of `Sec-Fetch-Site` those that browsers send without an Origin: images, frames, navigation.
 * Otherwise any page could hold live feeds open. Clients other than browsers send none of these.
 */
export function guards({ config, emit }: GuardContext): MiddlewareHandler[] {
  const hosts = config.allowedHosts && new Set(config.allowedHosts.map((host) => host.toLowerCase()));
  const origins = new Set(config.allowedOrigins);

  const checkCaller: MiddlewareHandler = async (c, next) => {
    const host = c.req.header('host') ?? new URL(c.req.url).host;
    const origin = c.req.header('origin');
    const refuse = (reason: 'host' | 'origin' | 'site', value: string) =>
      emit('control.request.refused', { reason, value: value.slice(0, 200), method: c.req.method });
    if (hosts && !hosts.has(host.toLowerCase())) {
      refuse('host', host);
      throw new ApiProblem('wrong-host', "The Host header doesn't match any host configured for this API.");
    }
    if (origin !== undefined && !origins.has(origin)) {
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
      origin: [...origins],
      allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
      allowHeaders: ['Content-Type', 'If-Match', 'Last-Event-ID'],
      exposeHeaders: ['ETag', 'Location', 'Retry-After'],
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
