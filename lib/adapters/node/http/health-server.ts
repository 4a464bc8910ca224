import { createServer } from 'node:http';
import { checkingIntervalMs, guardClients } from './guard-clients.ts';

/** Responds to `GET /healthz` with 200 while `healthy()`, otherwise with 503; to anything else with 404. */
export async function serveHealth(
  at: { host: string; port: number },
  healthy: () => boolean,
): Promise<{ port: number; close(): void }> {
  const server = createServer({ connectionsCheckingInterval: checkingIntervalMs }, (request, response) => {
    const known = request.url === '/healthz';
    const ok = known && healthy();
    response.writeHead(known ? (ok ? 200 : 503) : 404, { 'content-type': 'text/plain' });
    response.end(known ? (ok ? 'ok\n' : 'draining\n') : 'not found\n');
  });
  server.headersTimeout = 5_000;
  server.requestTimeout = 5_000;
  guardClients(server, { maxConnections: 64 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as { port: number }).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
