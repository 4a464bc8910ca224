import { z } from 'zod';
import { envCodec } from '../../config/env.ts';

/** What the function that keeps the ingest certificate is told: HEADWATER_CERTIFICATE_SECRET, HEADWATER_SERVER_NAME, … */
export const certificateFunctionCodec = envCodec({
  /** Where the certificate is put: a secret's name or ARN in Secrets Manager. */
  certificateSecret: z.string().min(1),
  /** The certificate that is exported from ACM. Left out: one is made here, which only its maker trusts. */
  acmCertificate: z.string().startsWith('arn:', 'must be the ARN of a certificate in ACM').optional(),
  /** The name that a certificate of our own making is for. */
  serverName: z
    .string()
    .regex(/^[0-9a-z.-]{1,253}$/i, 'must be a host name')
    .default('localhost'),
});
