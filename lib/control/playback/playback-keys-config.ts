import { z } from 'zod';
import { envCodec } from '../../config/env.ts';
import { regionName } from '../../config/fields.ts';

/**
 * Environment of the function that keeps the playback keys: HEADWATER_PLAYBACK_KEYS_SECRET, HEADWATER_KEY_VALUE_STORE,
 * HEADWATER_EDGE_ROLE and HEADWATER_REGION.
 */
export const playbackKeysFunctionCodec = envCodec({
  /** Name or ARN of the secret that it writes. */
  playbackKeysSecret: z.string().min(1),
  /** ARN of the edge's key-value store, which has a copy. */
  keyValueStore: z.string().min(1),
  /** ARN of the role to assume for the store, if it is in another account. @default the function's own */
  edgeRole: z.string().min(1).optional(),
  region: regionName,
});
