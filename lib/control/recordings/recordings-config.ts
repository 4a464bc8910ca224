import { envCodec } from '../../config/env.ts';
import { eventRetentionDays, regionName } from '../../config/fields.ts';
import { controlStoreLocation, originLocation } from '../../config/locations.ts';

/** Environment of the function that writes downloads: HEADWATER_CONTROL_STORE, HEADWATER_ORIGIN, HEADWATER_REGION. */
export const recordingsFunctionCodec = envCodec({
  controlStore: controlStoreLocation,
  eventRetentionDays,
  /** Where the recordings are, and the files made of them. */
  origin: originLocation,
  region: regionName,
});
