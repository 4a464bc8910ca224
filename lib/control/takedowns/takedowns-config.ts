import { envCodec } from '../../config/env.ts';
import { eventRetentionDays, regionName } from '../../config/fields.ts';
import { controlStoreLocation, edgeLocation, originLocation } from '../../config/locations.ts';

/** Environment of the function that finishes takedowns: HEADWATER_CONTROL_STORE, HEADWATER_ORIGIN, HEADWATER_EDGE, … */
export const takedownsFunctionCodec = envCodec({
  controlStore: controlStoreLocation,
  eventRetentionDays,
  /** Where the recordings are that a takedown quarantines. */
  origin: originLocation,
  /** The edge at which takedowns deny streams. */
  edge: edgeLocation,
  region: regionName,
});
