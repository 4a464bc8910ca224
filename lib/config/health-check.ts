import { z } from 'zod';
import { envCodec } from './env.ts';

/** The part of a program's environment that its container's health check reads. */
export const healthCheckCodec = envCodec({
  healthPort: z.coerce.number().int().min(1).max(65_535),
});
