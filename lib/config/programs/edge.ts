import { z } from 'zod';
import { defaultCacheBytes } from '../defaults.ts';
import { envCodec } from '../env.ts';
import { host, port } from '../fields.ts';

/**
 * Environment of an edge or shield program: HEADWATER_ROLE, HEADWATER_HOST, HEADWATER_PORT, HEADWATER_UPSTREAM_URL and,
 * optionally, HEADWATER_CACHE_BYTES and HEADWATER_DENIALS.
 */
export const edgeCodec = envCodec({
  role: z.enum(['edge', 'shield']),
  host,
  port,
  /** For an edge, the shield; for a shield, the origin. */
  upstreamUrl: z.url({ protocol: /^http$/ }),
  /** Memory for cached objects. @default 256 MiB */
  cacheBytes: z.coerce.number().int().min(1_048_576).default(defaultCacheBytes),
  /** File with the takedown list, watched for changes. @default nothing is denied */
  denials: z.string().min(1).optional(),
});
