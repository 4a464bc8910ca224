import { z } from 'zod';
import { envCodec } from '../../config/env.ts';
import { controlStoreLocation } from '../../config/locations.ts';

/** Environment of the function that stops broadcasts: HEADWATER_CONTROL_STORE, HEADWATER_BUDGET. */
export const budgetStopFunctionCodec = envCodec({
  controlStore: controlStoreLocation,
  /** The beginning of the budget's name. */
  budget: z.string().min(1),
});
