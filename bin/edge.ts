// A cache tier on one machine: the edge that players connect to, or the shield between the edges and the origin.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { watchDenials } from '../lib/adapters/local/denial-watch.ts';
import { listenEdge } from '../lib/adapters/node/http/edge-server.ts';
import { createUpstream } from '../lib/adapters/node/http/upstream.ts';
import { runProgram } from '../lib/adapters/node/program.ts';
import { edgeCodec } from '../lib/config/programs/edge.ts';
import { EdgeCache } from '../lib/edge/cache.ts';
import { EdgeHandler } from '../lib/edge/service.ts';
import { systemClock } from '../lib/net/clock.ts';

await runProgram({
  codec: edgeCodec,
  role: ({ role }) => role,
  async start({ role, host, port, upstreamUrl, cacheBytes, denials }, emit) {
    const clock = systemClock;
    const upstream = createUpstream({ url: upstreamUrl });
    // The shield's clients are edges, which limit theirs.
    const limitsClients = role === 'edge';
    const cache = new EdgeCache({ upstream, clock, emit, cacheBytes, limitsClients });
    const service = new EdgeHandler({ tier: role, cache, clock, gzip: promisify(gzip) });
    const unwatch =
      denials === undefined
        ? undefined
        : await watchDenials({
            path: denials,
            changed(denied) {
              service.deny(denied);
              emit('edge.denials.changed', { denied: denied.size });
            },
            failed: (cause) => emit('edge.denials.unreadable', { cause }),
          });
    const server = await listenEdge({ service, host, port });
    return {
      port: server.port,
      async stop() {
        unwatch?.();
        await server.close();
        upstream.close();
      },
    };
  },
});
