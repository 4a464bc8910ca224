import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BodyReader, EdgeService } from '../../edge/ports.ts';
import type { ListeningServer } from './fetch-server.ts';

export interface EdgeServerOptions {
  readonly service: EdgeService;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What comes beyond them is closed at once; 20,000 unless told. */
  readonly maxConnections?: number;
  /** A connection that neither takes nor sends a byte for this long is closed; 60 s unless told. */
  readonly idleTimeoutMs?: number;
  /** To the end of a request's header; 10 s unless told. */
  readonly headersTimeoutMs?: number;
}

/** Bytes handed to a socket at once. It stops taking when its own buffer is full, and goes on when that is empty. */
const writeBytes = 64 * 1024;

/** The edge over HTTP/1.1. Rejects with the listen error. */
export async function listenEdge(options: EdgeServerOptions): Promise<ListeningServer> {
  const { service, maxConnections = 20_000, idleTimeoutMs = 60_000, headersTimeoutMs = 10_000 } = options;
  const server = createServer(
    {
      maxHeaderSize: 8 * 1024,
      headersTimeout: headersTimeoutMs,
      requestTimeout: headersTimeoutMs,
      connectionsCheckingInterval: Math.min(2000, headersTimeoutMs),
      keepAliveTimeout: 65_000,
    },
    (request, response) => answer(service, request, response),
  );
  server.maxConnections = maxConnections;
  server.setTimeout(idleTimeoutMs);
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen({ host: options.host, port: options.port, backlog: 4096 }, () => {
      server.off('error', fail);
      done();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close(graceMs = 2000) {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

function answer(service: EdgeService, request: IncomingMessage, response: ServerResponse): void {
  const { method = '', url = '', headers } = request;
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0) {
    response.writeHead(413, { connection: 'close', 'content-length': '0' }).end();
    return;
  }
  service.handle({ method, target: url, headers }, ({ status, headers: answered, body }) => {
    if (response.destroyed) {
      body?.close();
      return;
    }
    response.writeHead(status, answered);
    if (body) {
      response.on('close', () => body.close());
      send(response, body);
    } else {
      response.end();
    }
  });
}

/** Moves a body to a client at the client's pace. A body that breaks off breaks the connection: 200 was said already. */
function send(response: ServerResponse, body: BodyReader): void {
  const step = (): void => {
    if (response.destroyed) return;
    const rest = body.rest();
    if (rest) {
      response.end(rest);
      return;
    }
    let bytes = body.next(writeBytes);
    while (typeof bytes !== 'string' && response.write(bytes)) bytes = body.next(writeBytes);
    if (typeof bytes !== 'string') response.once('drain', step);
    else if (bytes === 'wait') body.whenMore(step);
    else if (bytes === 'end') response.end();
    else response.destroy();
  };
  step();
}
