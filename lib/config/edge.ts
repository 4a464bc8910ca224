import { z } from 'zod';
import { envCodec } from './env.ts';

/**
 * What an edge or shield program is told: HEADWATER_ROLE, HEADWATER_HOST, HEADWATER_PORT, HEADWATER_UPSTREAM_URL and,
 * if wanted, HEADWATER_CACHE_BYTES (256 MiB unless told) and HEADWATER_DENIALS.
 */
export const edgeCodec = envCodec({
  role: z.enum(['edge', 'shield']),
  host: z.string().min(1),
  port: z.coerce.number().int().min(0).max(65_535),
  /** The shield for an edge, the origin for a shield. */
  upstreamUrl: z.url({ protocol: /^http$/ }),
  /** Room for objects in memory. */
  cacheBytes: z.coerce.number().int().min(1_048_576).optional(),
  /** A file with what is taken down, as it is from moment to moment; left out, nothing is. */
  denials: z.string().min(1).optional(),
});
