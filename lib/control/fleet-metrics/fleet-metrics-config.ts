import { z } from 'zod';
import { envCodec } from '../../config/env.ts';
import { controlStoreLocation } from '../../config/locations.ts';

/** What the function that measures the fleets is told: HEADWATER_CONTROL_STORE, HEADWATER_LOOK_MS, HEADWATER_GPU_FLEET. */
export const fleetMetricsFunctionCodec = envCodec({
  controlStore: controlStoreLocation,
  /** Between the two looks that tell who lives, in ms. Members say that they live each second. */
  lookMs: z.coerce.number().int().min(0).max(30_000).default(4_000),
  /** Whether workers with a graphics card are always there: if so, their absence is measured as 0, not left out. */
  gpuFleet: z.stringbool().default(false),
});
