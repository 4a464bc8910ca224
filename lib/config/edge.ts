import { z } from 'zod';
import { defaultCacheBytes } from './defaults.ts';
import { envCodec } from './env.ts';
import { host, port } from './fields.ts';

/**
 * What an edge or shield program is told: HEADWATER_ROLE, HEADWATER_HOST, HEADWATER_PORT, HEADWATER_UPSTREAM_URL and,
 * if wanted, HEADWATER_CACHE_BYTES and HEADWATER_DENIALS.
 */
export const edgeCodec = envCodec({
  role: z.enum(['edge', 'shield']),
  host,
  port,
  /** The shield for an edge, the origin for a shield. */
  upstreamUrl: z.url({ protocol: /^http$/ }),
  /** Room for objects in memory. @default 256 MiB */
  cacheBytes: z.coerce.number().int().min(1_048_576).default(defaultCacheBytes),
  /** A file with what is taken down, as it is from moment to moment; left out, nothing is. */
  denials: z.string().min(1).optional(),
});
