import { z } from 'zod';
import { defaultCacheBytes } from '../defaults.ts';
import { EnvironmentError, envCodec } from '../env.ts';
import { eventRetentionDays, host, port } from '../fields.ts';
import { controlStoreLocation, secretLocation } from '../locations.ts';

const httpUrl = z.url({ protocol: /^http$/ });

/**
 * Environment of an edge, shield or live-origin program: HEADWATER_ROLE, HEADWATER_HOST, HEADWATER_PORT; of an edge or shield
 * HEADWATER_UPSTREAM_URL; of a live origin HEADWATER_CONTROL_STORE and HEADWATER_RELAY_KEYS; and, optionally, HEADWATER_HEALTH_PORT, HEADWATER_CACHE_BYTES,
 * HEADWATER_LIVE_ORIGIN_URL, HEADWATER_DENIALS, HEADWATER_PLAYBACK_KEYS and HEADWATER_TIER_TOKEN_FILE.
 */
const fields = envCodec({
  role: z.enum(['edge', 'shield', 'live-origin']),
  host,
  port,
  /** Port of `/healthz`, for containers. @default none */
  healthPort: port.optional(),
  /** For an edge, the shield; for a shield, the origin. */
  upstreamUrl: httpUrl.optional(),
  /** For a shield: asked before the origin (lib/edge/policy/upstream/failover.ts). @default the origin only */
  liveOriginUrl: httpUrl.optional(),
  /** For a live origin: where the leases and the workers are. */
  controlStore: controlStoreLocation.optional(),
  eventRetentionDays,
  /** For a live origin: the keys that it proves itself to workers with; workers and proxies have the same. */
  relayKeys: secretLocation.optional(),
  /** Memory for cached objects. @default 256 MiB */
  cacheBytes: z.coerce.number().int().min(1_048_576).default(defaultCacheBytes),
  /** File with takedowns, signed streams and revoked sessions, watched for changes. @default nothing is denied */
  denials: z.string().min(1).optional(),
  /** For an edge: the keys that playback links are signed with. Without them, signed streams are answered with 503. */
  playbackKeys: secretLocation.optional(),
  /** File with the token that this tier shows the next one; a shield and a live origin demand the same from their clients. @default none */
  tierTokenFile: z.string().min(1).optional(),
});

type Fields = ReturnType<typeof fields.decode>;

type Common = Pick<Fields, 'host' | 'port' | 'healthPort' | 'cacheBytes' | 'denials' | 'tierTokenFile'>;

export interface TierConfig extends Common, Pick<Fields, 'liveOriginUrl' | 'playbackKeys'> {
  readonly role: 'edge' | 'shield';
  readonly upstreamUrl: string;
}

export interface LiveOriginConfig
  extends Common,
    Pick<Fields, 'eventRetentionDays'>,
    Required<Pick<Fields, 'controlStore' | 'relayKeys'>> {
  readonly role: 'live-origin';
}

export const edgeCodec = {
  encode: fields.encode,
  /** Throws `EnvironmentError` with all errors. */
  decode(env: Readonly<Record<string, string | undefined>>): TierConfig | LiveOriginConfig {
    const config = fields.decode(env);
    const { role, upstreamUrl, controlStore, relayKeys } = config;
    if (role !== 'live-origin') {
      if (upstreamUrl === undefined) throw new EnvironmentError([missing('UPSTREAM_URL', role)]);
      return { ...config, role, upstreamUrl };
    }
    if (controlStore !== undefined && relayKeys !== undefined)
      return { ...config, role, controlStore, relayKeys };
    throw new EnvironmentError([
      ...(controlStore === undefined ? [missing('CONTROL_STORE', role)] : []),
      ...(relayKeys === undefined ? [missing('RELAY_KEYS', role)] : []),
    ]);
  },
};

const missing = (name: string, role: string): string => `HEADWATER_${name}: a ${role} needs it`;
