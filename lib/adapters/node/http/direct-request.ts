import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import type { DirectRequest } from '../../../control/policy/callers.ts';

/** Headers by which proxies say that they forward a request. */
const forwardedHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/** What the Node server knows about the sender of a request. */
export function directRequestOf(c: Context): DirectRequest {
  const { incoming } = c.env as { readonly incoming?: IncomingMessage };
  return {
    remoteAddress: incoming?.socket.remoteAddress,
    host: c.req.header('host'),
    authorization: c.req.header('authorization'),
    isForwarded: forwardedHeaders.some((name) => c.req.header(name) !== undefined),
  };
}
