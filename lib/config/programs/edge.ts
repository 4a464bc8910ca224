import { z } from 'zod';
import { defaultCacheBytes } from '../defaults.ts';
import { envCodec } from '../env.ts';
import { host, port } from '../fields.ts';
import { secretLocation } from '../locations.ts';

/**
 * Environment of an edge or shield program: HEADWATER_ROLE, HEADWATER_HOST, HEADWATER_PORT, HEADWATER_UPSTREAM_URL and,
 * optionally, HEADWATER_CACHE_BYTES, HEADWATER_DENIALS, HEADWATER_PLAYBACK_KEYS and HEADWATER_TIER_TOKEN_FILE.
 */
export const edgeCodec = envCodec({
  role: z.enum(['edge', 'shield']),
  host,
  port,
  /** For an edge, the shield; for a shield, the origin. */
  upstreamUrl: z.url({ protocol: /^http$/ }),
  /** Memory for cached objects. @default 256 MiB */
  cacheBytes: z.coerce.number().int().min(1_048_576).default(defaultCacheBytes),
  /** File with takedowns, signed streams and revoked sessions, watched for changes. @default nothing is denied */
  denials: z.string().min(1).optional(),
  /** For an edge: the keys that playback links are signed with. Without them, signed streams are answered with 503. */
  playbackKeys: secretLocation.optional(),
  /** File with the token that this tier shows the next one; a shield demands the same from its clients. @default none */
  tierTokenFile: z.string().min(1).optional(),
});
