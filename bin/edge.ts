// A cache tier on one machine: the edge that players connect to, the shield between the edges and the origin, or the live origin between
// the shield and the workers, which also runs on AWS.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { openControlStore } from '../lib/adapters/control-stores.ts';
import { watchEdgeRules } from '../lib/adapters/local/edge-rules-watch.ts';
import { listenEdge } from '../lib/adapters/node/http/edge-server.ts';
import { serveHealth } from '../lib/adapters/node/http/health-server.ts';
import { createUpstream, createWorkerRequests } from '../lib/adapters/node/http/upstream.ts';
import { runProgram } from '../lib/adapters/node/program.ts';
import { loadRelayKeys } from '../lib/adapters/node/relay-keys.ts';
import { readOriginToken } from '../lib/adapters/object-stores.ts';
import { openSecret } from '../lib/adapters/secret-sources.ts';
import type { SecretLocation } from '../lib/config/locations.ts';
import { edgeCodec, type LiveOriginConfig, type TierConfig } from '../lib/config/programs/edge.ts';
import { EdgeCache } from '../lib/edge/cache.ts';
import { EdgeAudience } from '../lib/edge/edge-audience.ts';
import { FailoverUpstream } from '../lib/edge/failover-upstream.ts';
import { LiveMeter } from '../lib/edge/live-origin/live-meter.ts';
import { LiveUpstream } from '../lib/edge/live-origin/live-upstream.ts';
import { PlaybackCheck } from '../lib/edge/playback-check.ts';
import { parseSigningKeys, verifyingKeys } from '../lib/edge/policy/access/signing-keys.ts';
import { firstChoiceHeadMs } from '../lib/edge/policy/upstream/failover.ts';
import { heldTiming } from '../lib/edge/policy/upstream/held.ts';
import type { Upstream } from '../lib/edge/ports.ts';
import { EdgeHandler } from '../lib/edge/service.ts';
import { systemClock } from '../lib/net/clock.ts';
import { mediaCredential } from '../lib/protocol/relay/media-credential.ts';
import type { EmitEvent } from '../lib/telemetry/events.ts';

const loadEveryMs = 10_000;

interface NextTier extends Upstream {
  close(): void;
}

await runProgram({
  codec: edgeCodec,
  role: ({ role }) => role,
  async start(config, emit) {
    const { role, host, port, cacheBytes, denials, tierTokenFile } = config;
    const clock = systemClock;
    const token = tierTokenFile && (await readOriginToken(tierTokenFile, 'HEADWATER_TIER_TOKEN_FILE'));
    const isLiveOrigin = config.role === 'live-origin';
    const upstream =
      config.role === 'live-origin' ? await openWorkers(config, emit) : openTiers(config, token, emit);
    // The clients of a shield are edges, which limit theirs.
    const limitsClients = role === 'edge';
    const cache = new EdgeCache({ upstream, clock, emit, cacheBytes, limitsClients, isLiveOrigin });
    // A shield has no keys: signed streams are for edges alone, which have checked. Nobody but a tier that has checked reaches a live origin.
    const playback = isLiveOrigin ? undefined : new PlaybackCheck(clock.wallMs);
    const clientToken = role === 'edge' ? undefined : token;
    const service = new EdgeHandler({
      tier: role,
      cache,
      clock,
      gzip: promisify(gzip),
      playback,
      clientToken,
      // Viewers reach edges alone, and nobody but a machine's own programs has the token.
      audience:
        role === 'edge' && token !== undefined ? { viewers: new EdgeAudience(clock), token } : undefined,
    });
    const playbackKeys = config.role === 'live-origin' ? undefined : config.playbackKeys;
    const unwatchKeys = playback && playbackKeys && (await followKeys(playback, playbackKeys, emit));
    const unwatch =
      denials === undefined
        ? undefined
        : await watchEdgeRules({
            path: denials,
            changed(rules) {
              service.deny(rules.denied);
              playback?.follow(rules);
              const { denied, playback: entries, revoked } = rules;
              emit('edge.denials.changed', {
                denied: denied.size,
                playback: entries.size,
                revoked: revoked.size,
              });
            },
            failed: (cause) => emit('edge.denials.unreadable', { cause }),
          });
    const meter = isLiveOrigin ? new LiveMeter(service, clock) : undefined;
    const server = await listenEdge({ service: meter ?? service, host, port });
    const telling = meter && setInterval(() => emit('edge.live.load', meter.take()), loadEveryMs);
    let stopping = false;
    const health =
      config.healthPort === undefined
        ? undefined
        : await serveHealth({ host, port: config.healthPort }, () => !stopping);
    return {
      port: server.port,
      async stop() {
        stopping = true;
        clearInterval(telling);
        unwatch?.();
        unwatchKeys?.();
        await server.close();
        health?.close();
        upstream.close();
      },
    };
  },
});

/** The tier behind an edge or a shield; for a shield, the live origin first. */
function openTiers(
  { upstreamUrl, liveOriginUrl }: TierConfig,
  token: string | undefined,
  emit: EmitEvent,
): NextTier {
  const next = createUpstream({ url: upstreamUrl, token });
  if (liveOriginUrl === undefined) return next;
  const liveOrigin = createUpstream({
    url: liveOriginUrl,
    token,
    headTimeoutMs: firstChoiceHeadMs,
    heldHeadTimeoutMs: heldTiming.shieldMs,
  });
  const upstream = new FailoverUpstream({ liveOrigin, store: next, clock: systemClock, emit });
  return {
    get: (request) => upstream.get(request),
    close() {
      liveOrigin.close();
      next.close();
    },
  };
}

/** The workers behind a live origin. */
async function openWorkers(config: LiveOriginConfig, emit: EmitEvent): Promise<NextTier> {
  const keys = await loadRelayKeys(await openSecret(config.relayKeys), {
    loaded: (about) => emit('edge.relay-keys.loaded', about),
    rejected: (about) => emit('edge.relay-keys.rejected', about),
  });
  const store = await openControlStore(config.controlStore, config);
  const requests = createWorkerRequests({
    authorization: (worker) => mediaCredential(keys.current(), worker, systemClock.wallMs()),
  });
  const upstream = new LiveUpstream({ store, requests, clock: systemClock, emit });
  return {
    get: (request) => upstream.get(request),
    close() {
      upstream.close();
      requests.close();
      keys.close();
      store.close();
    },
  };
}

/** Reads the signing keys, and again when they are rotated. Returns a function that ends it. */
async function followKeys(
  playback: PlaybackCheck,
  location: SecretLocation,
  emit: EmitEvent,
): Promise<() => void> {
  const source = await openSecret(location);
  const use = (text: string) => playback.useKeys(verifyingKeys(parseSigningKeys(text)));
  const text = await source.read();
  use(text);
  const failed = (cause: unknown) => emit('edge.playback-keys.unreadable', { cause });
  return source.watch(text, {
    failed,
    changed(next) {
      try {
        use(next);
        emit('edge.playback-keys.changed', {});
      } catch (cause) {
        failed(cause);
      }
    },
  });
}
