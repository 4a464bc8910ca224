import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { aimed } from './aimed.ts';
import { type ClientLimits, checkingIntervalMs, guardClients } from './guard-clients.ts';

/** A listening HTTP server. */
export interface ListeningServer {
  readonly port: number;
  /** Stops accepting connections, gives pending requests `graceMs`, then closes all connections. */
  close(graceMs?: number): Promise<void>;
}

export interface FetchServerOptions extends Partial<ClientLimits> {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly host: string;
  readonly port: number;
}

/** Serves a web-standard handler over HTTP/1.1. `port` 0 picks a free port. Rejects with the listen error. */
export async function listenFetch(options: FetchServerOptions): Promise<ListeningServer> {
  const { maxConnections = 4096, slowReadMs } = options;
  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      headersTimeout: 10_000,
      requestTimeout: 60_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: checkingIntervalMs,
    },
    aimed(getRequestListener(options.fetch, { overrideGlobalObjects: false })),
  );
  guardClients(server, { maxConnections, ...(slowReadMs !== undefined && { slowReadMs }) });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(options.port, options.host, () => {
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
