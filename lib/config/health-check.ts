import { envCodec } from './env.ts';
import { knownPort } from './fields.ts';

/** What the health check of a container reads of its program's environment. */
export const healthCheckCodec = envCodec({
  healthPort: knownPort,
});
