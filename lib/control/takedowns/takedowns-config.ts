import { envCodec } from '../../config/env.ts';
import { eventRetentionDays, regionName } from '../../config/fields.ts';
import { controlStoreLocation, edgeLocation, originLocation } from '../../config/locations.ts';

/** What the function that finishes takedowns is told: HEADWATER_CONTROL_STORE, HEADWATER_ORIGIN, HEADWATER_EDGE, … */
export const takedownsFunctionCodec = envCodec({
  controlStore: controlStoreLocation,
  eventRetentionDays,
  /** Where the recordings are that go into quarantine. */
  origin: originLocation,
  /** What is told to deny the stream. */
  edge: edgeLocation,
  region: regionName,
});
