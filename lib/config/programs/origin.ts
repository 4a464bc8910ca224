import { z } from 'zod';
import { envCodec } from '../env.ts';
import { host, port } from '../fields.ts';
import { objectsLocation } from '../locations.ts';

/**
 * Environment of the origin program: HEADWATER_HOST, HEADWATER_PORT, HEADWATER_OBJECTS, HEADWATER_TOKEN_FILE
 * and, optionally, HEADWATER_READ_TOKEN_FILE.
 */
export const originCodec = envCodec({
  host,
  port,
  objects: objectsLocation,
  /** File whose first line is the write token. */
  tokenFile: z.string().min(1),
  /** File with the token that reading requires. @default reading is open */
  readTokenFile: z.string().min(1).optional(),
});
