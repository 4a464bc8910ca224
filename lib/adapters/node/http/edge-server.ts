import { type AddressInfo, createServer } from 'node:net';
import type { EdgeService } from '../../../edge/ports.ts';
import { EdgeConnection } from './edge-connection.ts';
import type { ListeningServer } from './fetch-server.ts';

export interface EdgeServerOptions {
  readonly service: EdgeService;
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Connections beyond this are closed immediately. @default 20,000 */
  readonly maxConnections?: number;
  /** A connection without traffic for this long is closed. @default 65 s */
  readonly idleTimeoutMs?: number;
  /** From the start of a connection, or the first byte of a request, to the end of its head. @default 10 s */
  readonly headersTimeoutMs?: number;
}

/**
 * Serves the edge over HTTP/1.1 on bare sockets. For small objects this takes a third of node:http's CPU, because there are no
 * request bodies and few headers, and responses in memory go out in one write. Rejects with the listen error.
 */
export async function listenEdge(options: EdgeServerOptions): Promise<ListeningServer> {
  const { service, maxConnections = 20_000, idleTimeoutMs = 65_000, headersTimeoutMs = 10_000 } = options;
  const connections = new Set<EdgeConnection>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = new EdgeConnection(socket, service, idleTimeoutMs);
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
  });
  server.maxConnections = maxConnections;
  // One timer for all: deadlines may be enforced slightly late, but connections need no timers of their own.
  const sweep = setInterval(
    () => {
      const beganBefore = performance.now() - headersTimeoutMs;
      for (const connection of connections) connection.expireHead(beganBefore);
    },
    Math.min(1000, headersTimeoutMs / 2),
  );
  try {
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen({ host: options.host, port: options.port, backlog: 4096 }, () => {
        server.off('error', fail);
        done();
      });
    });
  } catch (fault) {
    clearInterval(sweep);
    throw fault;
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close(graceMs = 2000) {
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const connection of connections) connection.finish();
      const timer = setTimeout(() => {
        for (const connection of connections) connection.destroy();
      }, graceMs);
      await closed;
      clearTimeout(timer);
      clearInterval(sweep);
    },
  };
}
