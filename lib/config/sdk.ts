import { z } from 'zod';
import { envCodec } from './env.ts';

/**
 * Variables that the AWS SDK itself reads from the environment, for starting programs that use it. Empty counts as unset.
 */
export const sdkCodec = envCodec(
  {
    endpointUrl: z.string().optional(),
    region: z.string().optional(),
    accessKeyId: z.string().optional(),
    secretAccessKey: z.string().optional(),
    /** A profile in the shared files, which can also hold credentials. */
    profile: z.string().optional(),
  },
  {
    endpointUrl: 'AWS_ENDPOINT_URL',
    region: 'AWS_REGION',
    accessKeyId: 'AWS_ACCESS_KEY_ID',
    secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
    profile: 'AWS_PROFILE',
  },
);
