import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type EdgeServerOptions, listenEdge } from '../../lib/adapters/node/http/edge-server.ts';
import { createUpstream, createWorkerRequests } from '../../lib/adapters/node/http/upstream.ts';
import { EdgeCache, type EdgeCacheOptions } from '../../lib/edge/cache.ts';
import { FailoverUpstream } from '../../lib/edge/failover-upstream.ts';
import { LiveUpstream } from '../../lib/edge/live-origin/live-upstream.ts';
import type { PlaybackCheck } from '../../lib/edge/playback-check.ts';
import type { LiveOriginStore, Upstream } from '../../lib/edge/ports.ts';
import { EdgeHandler } from '../../lib/edge/service.ts';
import { systemClock } from '../../lib/net/clock.ts';
import type { MemberId } from '../../lib/routing/ids.ts';

const clock = systemClock;
const emit = () => {};

type Limits = Partial<EdgeServerOptions> & Pick<EdgeCacheOptions, 'cacheBytes' | 'isLiveOrigin'>;

/** An edge or shield in this process, on a real socket. */
export function startTier(tier: string, upstreamUrl: string, limits: Limits = {}, playback?: PlaybackCheck) {
  return serve(tier, createUpstream({ url: upstreamUrl }), limits, playback);
}

/** A shield that asks a live origin first. */
export function startShield(liveOriginUrl: string, storeUrl: string) {
  const liveOrigin = createUpstream({ url: liveOriginUrl, headTimeoutMs: 1_000 });
  const store = createUpstream({ url: storeUrl });
  const failover = new FailoverUpstream({ liveOrigin, store, clock, emit });
  return serve('shield', {
    get: (request) => failover.get(request),
    close() {
      liveOrigin.close();
      store.close();
    },
  });
}

/** A live origin in front of the workers of this control store. */
export function startLiveOrigin(store: LiveOriginStore, authorization: (worker: MemberId) => string) {
  const requests = createWorkerRequests({ authorization });
  const live = new LiveUpstream({ store, requests, clock, emit });
  const upstream = {
    get: (request: Parameters<Upstream['get']>[0]) => live.get(request),
    close() {
      live.close();
      requests.close();
    },
  };
  return serve('live-origin', upstream, { isLiveOrigin: true });
}

async function serve(
  tier: string,
  upstream: Upstream & { close(): void },
  { cacheBytes, isLiveOrigin, ...limits }: Limits = {},
  playback?: PlaybackCheck,
) {
  const cache = new EdgeCache({ upstream, clock, emit, cacheBytes, isLiveOrigin });
  const service = new EdgeHandler({ tier, cache, clock, gzip: promisify(gzip), playback });
  const server = await listenEdge({ service, host: '127.0.0.1', port: 0, ...limits });
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    cache,
    service,
    async close() {
      await server.close(100);
      upstream.close();
    },
  };
}
