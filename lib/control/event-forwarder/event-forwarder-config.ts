import { z } from 'zod';
import { envCodec } from '../../config/env.ts';

/** Environment of the function that publishes stream events to other systems: HEADWATER_EVENT_BUS. */
export const streamEventsFunctionCodec = envCodec({
  /** Name or ARN of the event bus. */
  eventBus: z.string().min(1),
});
