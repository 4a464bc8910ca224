import { envCodec } from '../env.ts';
import { knownPort } from '../fields.ts';

/** The part of a program's environment that its container's health check reads. */
export const healthCheckCodec = envCodec({
  healthPort: knownPort,
});
