import { z } from 'zod';
import { envCodec } from '../../config/env.ts';
import { controlStoreLocation, edgeLocation, originLocation } from '../../config/locations.ts';

/** Environment of the function that finishes takedowns: HEADWATER_CONTROL_STORE, HEADWATER_ORIGIN, HEADWATER_EDGE, … */
export const takedownsFunctionCodec = envCodec({
  controlStore: controlStoreLocation,
  /** How long journal entries are kept. @default 90 days */
  eventRetentionDays: z.coerce.number().int().min(1).max(3650).optional(),
  /** Where the recordings to be quarantined are. */
  origin: originLocation,
  /** The edge that denies the stream. */
  edge: edgeLocation,
  region: z.string().regex(/^[a-z0-9-]{1,32}$/, 'must be a region name such as eu-central-1'),
});
