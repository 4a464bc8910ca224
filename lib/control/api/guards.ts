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
 * What stands before every route. On one machine the API listens on loopback without a login, so a web page in the same
 * browser must not reach it: one that rebinds its own name to this address is stopped by the Host header, one that sends
 * requests across by its Origin header. Programs other than browsers send no Origin.
 */
export function guards({ config, emit }: GuardContext): MiddlewareHandler[] {
  const hosts = config.allowedHosts && new Set(config.allowedHosts.map((host) => host.toLowerCase()));
  const origins = new Set(config.allowedOrigins);

  const ours: MiddlewareHandler = async (c, next) => {
    const host = c.req.header('host') ?? new URL(c.req.url).host;
    const origin = c.req.header('origin');
    const refuse = (reason: 'host' | 'origin', value: string) =>
      emit('control.request.refused', { reason, value: value.slice(0, 200), method: c.req.method });
    if (hosts && !hosts.has(host.toLowerCase())) {
      refuse('host', host);
      throw new ApiProblem('wrong-host', 'The Host header names a host that is not configured for this API.');
    }
    if (origin !== undefined && !origins.has(origin)) {
      refuse('origin', origin);
      throw new ApiProblem('origin-not-allowed', 'The Origin header names a page that is not configured.');
    }
    await next();
    c.header('Cache-Control', 'no-store');
    c.header('X-Content-Type-Options', 'nosniff');
  };

  return [
    ours,
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
        throw new ApiProblem('body-too-large', `A body may have ${maxBodyBytes} bytes.`);
      },
    }),
  ];
}
