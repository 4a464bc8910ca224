import { z } from 'zod';
import { envCodec } from './env.ts';
import { host, port } from './fields.ts';
import { objectsLocation } from './locations.ts';

/** What the origin program is told: HEADWATER_HOST, HEADWATER_PORT, HEADWATER_OBJECTS, HEADWATER_TOKEN_FILE. */
export const originCodec = envCodec({
  host,
  port,
  objects: objectsLocation,
  /** A file whose first line is the writers' token. */
  tokenFile: z.string().min(1),
});
