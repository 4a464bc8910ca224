import { z } from 'zod';
import { envCodec } from '../../config/env.ts';
import { regionName } from '../../config/fields.ts';
import { controlStoreLocation, edgeLocation, originLocation } from '../../config/locations.ts';

/** Environment of the function that finishes takedowns: HEADWATER_CONTROL_STORE, HEADWATER_ORIGIN, HEADWATER_EDGE, … */
export const takedownsFunctionCodec = envCodec({
  controlStore: controlStoreLocation,
  /** How long to keep the events of a stream's journal. @default 90 days */
  eventRetentionDays: z.coerce.number().int().min(1).max(3650).optional(),
  /** Where the recordings are that a takedown quarantines. */
  origin: originLocation,
  /** The edge at which takedowns deny streams. */
  edge: edgeLocation,
  region: regionName,
});
