import { z } from 'zod';
import { envCodec } from '../../config/env.ts';
import { regionName } from '../../config/fields.ts';
import { controlStoreLocation, edgeLocation, originLocation } from '../../config/locations.ts';

/** What the function that finishes takedowns is told: HEADWATER_CONTROL_STORE, HEADWATER_ORIGIN, HEADWATER_EDGE, … */
export const takedownsFunctionCodec = envCodec({
  controlStore: controlStoreLocation,
  /** How long the lines of a stream's journal are kept. 90 days unless told. */
  eventRetentionDays: z.coerce.number().int().min(1).max(3650).optional(),
  /** Where the recordings are that go into quarantine. */
  origin: originLocation,
  /** What is told to deny the stream. */
  edge: edgeLocation,
  region: regionName,
});
