import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type EdgeServerOptions, listenEdge } from '../../lib/adapters/node/http/edge-server.ts';
import { createUpstream } from '../../lib/adapters/node/http/upstream.ts';
import { EdgeCache } from '../../lib/edge/cache.ts';
import type { PlaybackCheck } from '../../lib/edge/playback-check.ts';
import { EdgeHandler } from '../../lib/edge/service.ts';
import { systemClock } from '../../lib/net/clock.ts';

/** An edge or shield in this process, on a real socket. */
export async function startTier(
  tier: string,
  upstreamUrl: string,
  { cacheBytes, ...limits }: Partial<EdgeServerOptions> & { cacheBytes?: number } = {},
  playback?: PlaybackCheck,
) {
  const clock = systemClock;
  const upstream = createUpstream({ url: upstreamUrl });
  const cache = new EdgeCache({ upstream, clock, emit: () => {}, cacheBytes });
  const service = new EdgeHandler({ tier, cache, clock, gzip: promisify(gzip), playback });
  const server = await listenEdge({ service, host: '127.0.0.1', port: 0, ...limits });
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    cache,
    async close() {
      await server.close(100);
      upstream.close();
    },
  };
}
