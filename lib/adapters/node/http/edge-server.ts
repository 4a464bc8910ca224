import { type AddressInfo, createServer } from 'node:net';
import type { EdgeService } from '../../../edge/ports.ts';
import { EdgeConnection } from './edge-connection.ts';
import type { ListeningServer } from './fetch-server.ts';

export interface EdgeServerOptions {
  readonly service: EdgeService;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What comes beyond them is closed at once; 20,000 unless told. */
  readonly maxConnections?: number;
  /** A connection on which no byte moves for this long is closed; 65 s unless told. */
  readonly idleTimeoutMs?: number;
  /** From a connection's begin, or a request's first byte, to the end of its head; 10 s unless told. */
  readonly headersTimeoutMs?: number;
}

/**
 * The edge over HTTP/1.1 on bare sockets: a third of the CPU that node:http takes for a small object, because there are
 * no bodies to read, few headers, and answers that are in memory go out in one write. Rejects with the listen error.
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
  // One timer for all: a deadline may be met a little late, and a connection costs no timer of its own.
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
