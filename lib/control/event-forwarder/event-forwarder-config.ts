import { z } from 'zod';
import { envCodec } from '../../config/env.ts';

/** Environment of the function that forwards stream events to other systems: HEADWATER_EVENT_BUS. */
export const streamEventsFunctionCodec = envCodec({
  /** The bus's name or ARN. */
  eventBus: z.string().min(1),
});
