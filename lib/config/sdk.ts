import { z } from 'zod';
import { envCodec } from './env.ts';

/**
 * What the AWS SDK reads from the environment by itself, for whoever starts programs that use it. Empty is as good as not
 * there.
 */
export const sdkCodec = envCodec(
  {
    endpointUrl: z.string().optional(),
    region: z.string().optional(),
    accessKeyId: z.string().optional(),
    secretAccessKey: z.string().optional(),
    /** A profile of the shared files has credentials, too. */
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
