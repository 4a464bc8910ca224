import { Agent, type IncomingMessage, request } from 'node:http';
import { UpstreamError } from '../../../edge/policy/errors.ts';
import type { Upstream, UpstreamAnswer } from '../../../edge/ports.ts';

export interface UpstreamOptions {
  /** Base URL of the next tier, for example `http://127.0.0.1:8090`. */
  readonly url: string;
  /** Sent as `Authorization: Bearer …`. @default none */
  readonly token?: string | undefined;
  /** Time limit for the head of the response. @default 10 s */
  readonly headTimeoutMs?: number;
  /** Time limit between two pieces of the body. @default 10 s */
  readonly idleTimeoutMs?: number;
  /** Concurrent connections; further requests queue. @default 256 */
  readonly maxConnections?: number;
}

/** The next tier over kept-alive HTTP/1.1 connections. Of a client's request, only the target is passed on. */
export function createUpstream(options: UpstreamOptions): Upstream & { close(): void } {
  const { hostname, port } = new URL(options.url);
  const authorization = options.token === undefined ? undefined : `Bearer ${options.token}`;
  const { headTimeoutMs = 10_000, idleTimeoutMs = 10_000, maxConnections = 256 } = options;
  // Shorter than the next tier's idle timeout, so that it never closes a connection just as a request goes out.
  const agent = new Agent({
    keepAlive: true,
    timeout: 30_000,
    maxSockets: maxConnections,
    scheduling: 'lifo',
  });
  return {
    get: ({ target, ifNoneMatch }) =>
      new Promise((done, fail) => {
        const headers = {
          ...(authorization && { authorization }),
          ...(ifNoneMatch !== undefined && { 'if-none-match': ifNoneMatch }),
        };
        const asked = request({ agent, host: hostname, port, path: target, headers });
        const tooSlow = setTimeout(() => {
          fail(new UpstreamError('UPSTREAM_TIMEOUT', `No response to ${target} within ${headTimeoutMs} ms`));
          asked.destroy();
        }, headTimeoutMs);
        asked.on('error', (cause) => {
          clearTimeout(tooSlow);
          fail(
            new UpstreamError('UPSTREAM_UNREACHABLE', `The next tier did not respond to ${target}`, {
              cause,
            }),
          );
        });
        asked.on('response', (response) => {
          clearTimeout(tooSlow);
          done(answerOf(response, idleTimeoutMs));
        });
        asked.end();
      }),
    close: () => agent.destroy(),
  };
}

function answerOf(response: IncomingMessage, idleTimeoutMs: number): UpstreamAnswer {
  response.setTimeout(idleTimeoutMs, () =>
    response.destroy(new UpstreamError('UPSTREAM_TIMEOUT', `The response stalled for ${idleTimeoutMs} ms`)),
  );
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: response,
    discard() {
      // Reading a short body to its end keeps the connection; the idle timeout bounds a long one.
      response.on('error', () => {});
      response.resume();
    },
  };
}
