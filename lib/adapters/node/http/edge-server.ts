import { type AddressInfo, createServer } from 'node:net';
import type { EdgeService } from '../../../edge/ports.ts';
import { type ConnectionLimits, EdgeConnection } from './edge-connection.ts';
import type { ListeningServer } from './fetch-server.ts';
import { longestUnused } from './longest-unused.ts';

export interface EdgeServerOptions extends Partial<ConnectionLimits> {
  readonly service: EdgeService;
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** A connection beyond this replaces the one that has been unused for longest; if there is none, it is closed. @default 20,000 */
  readonly maxConnections?: number;
}

const defaultLimits: ConnectionLimits = {
  idleTimeoutMs: 65_000,
  headersTimeoutMs: 10_000,
  slowReadMs: 10_000,
  lingerMs: 5_000,
};

/**
 * Serves the edge over HTTP/1.1 on bare sockets. For small objects this takes a third of node:http's CPU, because there are no
 * request bodies and few headers, and responses in memory go out in one write. Rejects with the listen error.
 */
export async function listenEdge(options: EdgeServerOptions): Promise<ListeningServer> {
  const { service, maxConnections = 20_000 } = options;
  const limits = { ...defaultLimits, ...options };
  const connections = new Set<EdgeConnection>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (connections.size >= maxConnections) {
      const unused = longestUnused(connections, performance.now());
      if (!unused) {
        socket.destroy();
        return;
      }
      unused.destroy();
      connections.delete(unused);
    }
    const connection = new EdgeConnection(socket, service, limits);
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
  });
  // One timer for all: deadlines may be enforced slightly late, but connections need no timers of their own.
  const sweep = setInterval(
    () => {
      const nowMs = performance.now();
      for (const connection of connections) connection.look(nowMs);
    },
    Math.min(500, limits.headersTimeoutMs / 2),
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
