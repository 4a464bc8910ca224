import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import type { DirectRequest } from '../../../control/policy/callers.ts';
import { forwardedHeaders, type RequestOrigin } from '../../../net/policy/loopback.ts';

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

/** Where a request of Node's own server comes from. */
export const requestOriginOf = ({ socket, headers }: IncomingMessage): RequestOrigin => ({
  remoteAddress: socket.remoteAddress,
  host: headers.host,
  isForwarded: forwardedHeaders.some((name) => headers[name] !== undefined),
});
