import { z } from 'zod';
import { envCodec } from '../../config/env.ts';

/** What the function that tells other systems of streams is told: HEADWATER_EVENT_BUS. */
export const streamEventsFunctionCodec = envCodec({
  /** The bus's name or ARN. */
  eventBus: z.string().min(1),
});
