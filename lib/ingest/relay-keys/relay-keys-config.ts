import { envCodec } from '../../config/env.ts';

/** Environment of the function that rotates the relay keys: none, since Secrets Manager names the secret in each call. */
export const relayKeysFunctionCodec = envCodec({});
