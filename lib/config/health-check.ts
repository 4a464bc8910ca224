import { z } from 'zod';
import { envCodec } from './env.ts';

/** What the health check of a container reads of its program's environment. */
export const healthCheckCodec = envCodec({
  healthPort: z.coerce.number().int().min(1).max(65_535),
});
