import { Agent, type IncomingMessage, request } from 'node:http';
import { UpstreamError } from '../../../edge/policy/errors.ts';
import type {
  MediaAddress,
  Upstream,
  UpstreamAnswer,
  UpstreamRequest,
  WorkerRequests,
} from '../../../edge/ports.ts';
import type { MemberId } from '../../../routing/ids.ts';

export interface UpstreamOptions {
  /** Base URL of the next tier, for example `http://127.0.0.1:8090`. */
  readonly url: string;
  /** Sent as `Authorization: Bearer …`. @default none */
  readonly token?: string | undefined;
  /** Time limit for the head of the response. @default 10 s */
  readonly headTimeoutMs?: number;
  /** The same for a response that may be held. @default 10 s */
  readonly heldHeadTimeoutMs?: number;
  /** Time limit between two pieces of the body. @default 10 s */
  readonly idleTimeoutMs?: number;
  /** Concurrent connections; further requests queue. @default 256 */
  readonly maxConnections?: number;
}

/** The next tier over kept-alive HTTP/1.1 connections. Of a client's request, only the target is passed on. */
export function createUpstream(options: UpstreamOptions): Upstream & { close(): void } {
  const { hostname, port } = new URL(options.url);
  const { headTimeoutMs = 10_000, heldHeadTimeoutMs = 10_000, idleTimeoutMs = 10_000 } = options;
  const authorization = options.token === undefined ? undefined : `Bearer ${options.token}`;
  const agents = new Agents(options.maxConnections);
  return {
    get: (asked) =>
      exchange(asked, {
        agent: agents.for(asked),
        to: { host: hostname, port },
        authorization,
        headTimeoutMs: asked.held ? heldHeadTimeoutMs : headTimeoutMs,
        idleTimeoutMs,
      }),
    close: () => agents.close(),
  };
}

export interface WorkerRequestsOptions {
  /** The value of `authorization` for a worker. */
  readonly authorization: (worker: MemberId) => string;
  /** Time limit between two pieces of a body. @default 10 s */
  readonly idleTimeoutMs?: number;
}

/** The same to the media ports of workers. */
export function createWorkerRequests({
  authorization,
  idleTimeoutMs = 10_000,
}: WorkerRequestsOptions): WorkerRequests & { close(): void } {
  const agents = new Agents();
  return {
    get: ({ id, host, mediaPort }: MediaAddress, { headTimeoutMs, ...asked }) =>
      exchange(asked, {
        agent: agents.for(asked),
        to: { host, port: mediaPort },
        authorization: authorization(id),
        headTimeoutMs,
        idleTimeoutMs,
      }),
    close: () => agents.close(),
  };
}

/** As many as a cache may have fills that are held (`maxHeldFills`), and a growing segment beside each. */
const maxHeldConnections = 8_192;

/** Requests that are held, and bodies that grow, occupy a connection for seconds: they must not take those of the others. */
class Agents {
  readonly #plain: Agent;
  readonly #held: Agent;
  #isClosed = false;

  constructor(maxConnections = 256) {
    // Shorter than the next tier's idle timeout, so that it never closes a connection just as a request goes out.
    const kept = { keepAlive: true, timeout: 30_000, scheduling: 'lifo' } as const;
    this.#plain = new Agent({ ...kept, maxSockets: maxConnections });
    this.#held = new Agent({ ...kept, maxSockets: maxHeldConnections, maxFreeSockets: 1_024 });
  }

  for({ held = false }: UpstreamRequest): Agent | undefined {
    if (this.#isClosed) return undefined;
    return held ? this.#held : this.#plain;
  }

  close(): void {
    this.#isClosed = true;
    this.#plain.destroy();
    this.#held.destroy();
  }
}

interface Exchange {
  /** Undefined once they are closed. */
  readonly agent: Agent | undefined;
  readonly to: { readonly host: string; readonly port: string | number };
  readonly authorization: string | undefined;
  readonly headTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

function exchange(
  { target, ifNoneMatch, signal }: UpstreamRequest,
  { agent, to, authorization, headTimeoutMs, idleTimeoutMs }: Exchange,
): Promise<UpstreamAnswer> {
  return new Promise((done, fail) => {
    if (signal?.aborted || agent === undefined) {
      fail(signal?.reason ?? new UpstreamError('UPSTREAM_UNREACHABLE', 'This tier is stopping'));
      return;
    }
    const headers = {
      ...(authorization !== undefined && { authorization }),
      ...(ifNoneMatch !== undefined && { 'if-none-match': ifNoneMatch }),
    };
    const asked = request({ agent, ...to, path: target, headers });
    const abort = () => {
      fail(signal?.reason);
      asked.destroy();
    };
    signal?.addEventListener('abort', abort, { once: true });
    const tooSlow = setTimeout(() => {
      fail(new UpstreamError('UPSTREAM_TIMEOUT', `No response to ${target} within ${headTimeoutMs} ms`));
      asked.destroy();
    }, headTimeoutMs);
    asked.on('error', (cause) => {
      clearTimeout(tooSlow);
      fail(
        new UpstreamError('UPSTREAM_UNREACHABLE', `The next tier did not respond to ${target}`, { cause }),
      );
    });
    asked.on('response', (response) => {
      clearTimeout(tooSlow);
      done(answerOf(response, idleTimeoutMs));
    });
    asked.on('close', () => signal?.removeEventListener('abort', abort));
    asked.end();
  });
}

const mostDrainedBytes = 64 * 1024 * 1024;

function answerOf(response: IncomingMessage, idleTimeoutMs: number): UpstreamAnswer {
  response.setTimeout(idleTimeoutMs, () =>
    response.destroy(new UpstreamError('UPSTREAM_TIMEOUT', `The response stalled for ${idleTimeoutMs} ms`)),
  );
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: response,
    discard() {
      response.on('error', () => {});
      // Reading a short body to its end keeps the connection; the idle timeout bounds a long one, which a download is too long for.
      if (Number(response.headers['content-length'] ?? 0) > mostDrainedBytes) response.destroy();
      else response.resume();
    },
  };
}
