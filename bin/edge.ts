// A cache tier on one machine: the edge that players connect to, or the shield between the edges and the origin.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { watchEdgeRules } from '../lib/adapters/local/edge-rules-watch.ts';
import { listenEdge } from '../lib/adapters/node/http/edge-server.ts';
import { createUpstream } from '../lib/adapters/node/http/upstream.ts';
import { runProgram } from '../lib/adapters/node/program.ts';
import { readOriginToken } from '../lib/adapters/object-stores.ts';
import { openSecret } from '../lib/adapters/secret-sources.ts';
import type { SecretLocation } from '../lib/config/locations.ts';
import { edgeCodec } from '../lib/config/programs/edge.ts';
import { EdgeCache } from '../lib/edge/cache.ts';
import { PlaybackCheck } from '../lib/edge/playback-check.ts';
import { parseSigningKeys, verifyingKeys } from '../lib/edge/policy/signing-keys.ts';
import { EdgeHandler } from '../lib/edge/service.ts';
import { systemClock } from '../lib/net/clock.ts';
import type { EmitEvent } from '../lib/telemetry/events.ts';

await runProgram({
  codec: edgeCodec,
  role: ({ role }) => role,
  async start(config, emit) {
    if (config.role === 'live-origin') throw new Error('A live origin is not there yet.');
    const { role, host, port, upstreamUrl, cacheBytes, denials, playbackKeys, tierTokenFile } = config;
    const clock = systemClock;
    const token = tierTokenFile && (await readOriginToken(tierTokenFile, 'HEADWATER_TIER_TOKEN_FILE'));
    const upstream = createUpstream({ url: upstreamUrl, token });
    // The shield's clients are edges, which limit theirs.
    const limitsClients = role === 'edge';
    const cache = new EdgeCache({ upstream, clock, emit, cacheBytes, limitsClients });
    // A shield has no keys: signed streams are for edges alone, which have checked.
    const playback = new PlaybackCheck(clock.wallMs);
    const clientToken = role === 'shield' ? token : undefined;
    const service = new EdgeHandler({
      tier: role,
      cache,
      clock,
      gzip: promisify(gzip),
      playback,
      clientToken,
    });
    const unwatchKeys = playbackKeys && (await followKeys(playback, playbackKeys, emit));
    const unwatch =
      denials === undefined
        ? undefined
        : await watchEdgeRules({
            path: denials,
            changed(rules) {
              service.deny(rules.denied);
              playback.follow(rules);
              const { denied, playback: entries, revoked } = rules;
              emit('edge.denials.changed', {
                denied: denied.size,
                playback: entries.size,
                revoked: revoked.size,
              });
            },
            failed: (cause) => emit('edge.denials.unreadable', { cause }),
          });
    const server = await listenEdge({ service, host, port });
    return {
      port: server.port,
      async stop() {
        unwatch?.();
        unwatchKeys?.();
        await server.close();
        upstream.close();
      },
    };
  },
});

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
