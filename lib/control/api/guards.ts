import type { MiddlewareHandler } from 'hono';
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
 * Middleware in front of every route. On a single machine the API needs no login from loopback, so web pages in
 * the user's browser must not be able to reach it. The Host check stops DNS rebinding, the Origin check stops
 * cross-origin requests. Clients other than browsers send no Origin.
 */
export function guards({ config, emit }: GuardContext): MiddlewareHandler[] {
  const hosts = config.allowedHosts && new Set(config.allowedHosts.map((host) => host.toLowerCase()));
  const origins = new Set(config.allowedOrigins);

  const checkCaller: MiddlewareHandler = async (c, next) => {
    const host = c.req.header('host') ?? new URL(c.req.url).host;
    const origin = c.req.header('origin');
    const refuse = (reason: 'host' | 'origin', value: string) =>
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
    await next();
    c.header('Cache-Control', 'no-store');
    c.header('X-Content-Type-Options', 'nosniff');
  };

  return [
    checkCaller,
    cors({
      origin: [...origins],
      allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
      allowHeaders: ['Authorization', 'Content-Type', 'If-Match', 'Last-Event-ID'],
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
