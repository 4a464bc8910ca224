import { Agent, type IncomingMessage, request } from 'node:http';
import { UpstreamError } from '../../../edge/policy/errors.ts';
import type { Upstream, UpstreamAnswer } from '../../../edge/ports.ts';

export interface UpstreamOptions {
  /** Base URL of the next tier, for example `http://127.0.0.1:8090`. */
  readonly url: string;
  /** To the head of the answer; 10 s unless told. */
  readonly headTimeoutMs?: number;
  /** Between two pieces of the body; 10 s unless told. */
  readonly idleTimeoutMs?: number;
  /** Connections at once; further requests wait in line. 256 unless told. */
  readonly maxConnections?: number;
}

/** The next tier over kept-alive HTTP/1.1 connections. Nothing of a client's request is passed on but what it names. */
export function createUpstream(options: UpstreamOptions): Upstream & { close(): void } {
  const { hostname, port } = new URL(options.url);
  const { headTimeoutMs = 10_000, idleTimeoutMs = 10_000, maxConnections = 256 } = options;
  // Shorter than the next tier keeps an idle connection, so that it never closes one just as a request goes out.
  const agent = new Agent({
    keepAlive: true,
    timeout: 30_000,
    maxSockets: maxConnections,
    scheduling: 'lifo',
  });
  return {
    get: ({ target, ifNoneMatch }) =>
      new Promise((done, fail) => {
        const headers = ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch };
        const asked = request({ agent, host: hostname, port, path: target, headers });
        const tooSlow = setTimeout(() => {
          fail(new UpstreamError('UPSTREAM_TIMEOUT', `No answer to ${target} in ${headTimeoutMs} ms`));
          asked.destroy();
        }, headTimeoutMs);
        asked.on('error', (cause) => {
          clearTimeout(tooSlow);
          fail(
            new UpstreamError('UPSTREAM_UNREACHABLE', `The next tier did not answer ${target}`, { cause }),
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
    response.destroy(new UpstreamError('UPSTREAM_TIMEOUT', `The answer stood still for ${idleTimeoutMs} ms`)),
  );
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: response,
    discard() {
      // A short body is read to its end, which keeps the connection; the idle timeout bounds a long one.
      response.on('error', () => {});
      response.resume();
    },
  };
}
