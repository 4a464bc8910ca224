import { z } from 'zod';
import { envCodec } from '../env.ts';

/** A bearer token. */
export const apiToken = z.string().regex(/^[\x21-\x7e]{1,8192}$/, 'must be a token without spaces');

/** What the canary reads from its environment: HEADWATER_API_TOKEN. The rest are flags. */
export const canaryCodec = envCodec({
  /** Bearer token for the control API. Never a flag: command lines can be read by everyone on the machine. */
  apiToken: apiToken.optional(),
});
