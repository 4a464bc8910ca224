import { z } from 'zod';
import { envCodec } from '../../config/env.ts';
import { controlStoreLocation } from '../../config/locations.ts';

/** Environment of the function that measures the fleets: HEADWATER_CONTROL_STORE, HEADWATER_LOOK_MS, HEADWATER_GPU_FLEET. */
export const fleetMetricsFunctionCodec = envCodec({
  controlStore: controlStoreLocation,
  /** Interval between the two reads that show which members are alive, in ms. Members send a heartbeat every second. */
  lookMs: z.coerce.number().int().min(0).max(30_000).default(4_000),
  /** Whether there is a GPU fleet: if so, its absence is measured as 0 instead of left out. */
  gpuFleet: z.stringbool().default(false),
});
