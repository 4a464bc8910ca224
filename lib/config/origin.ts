import { z } from 'zod';
import { envCodec } from './env.ts';

/** What the origin program is told: HEADWATER_HOST, HEADWATER_PORT, HEADWATER_DATA_DIR, HEADWATER_TOKEN_FILE. */
export const originCodec = envCodec({
  host: z.string().min(1),
  port: z.coerce.number().int().min(0).max(65_535),
  /** The objects' folder. */
  dataDir: z.string().min(1),
  /** A file whose first line is the writers' token. */
  tokenFile: z.string().min(1),
});
