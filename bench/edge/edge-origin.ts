// The origin of the edge bench: a separate, distant process. `/…/<bytes>/<number>.m4s` is an object of that many bytes.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveAgent } from '../agent.ts';

export type EdgeOriginMethods = {
  /** Starts it; responses are sent after `delayMs`. Returns its port on 127.0.0.1. */
  listen(options: { delayMs: number }): Promise<number>;
  /** How often each path was requested since the last call. */
  takeHits(): Record<string, number>;
};

const hits = new Map<string, number>();

serveAgent({
  async listen({ delayMs }) {
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      hits.set(path, (hits.get(path) ?? 0) + 1);
      setTimeout(() => {
        const body = Buffer.alloc(Number(path.split('/').at(-2)), path);
        const headers = {
          'content-type': 'video/iso.segment',
          'cache-control': 'public, max-age=31536000, immutable',
          'content-length': body.length,
          etag: `"${path}"`,
        };
        response.writeHead(200, headers).end(body);
      }, delayMs);
    });
    server.keepAliveTimeout = 65_000;
    await new Promise<void>((done) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, done));
    return (server.address() as AddressInfo).port;
  },
  takeHits() {
    const taken = Object.fromEntries(hits);
    hits.clear();
    return taken;
  },
} satisfies EdgeOriginMethods);
