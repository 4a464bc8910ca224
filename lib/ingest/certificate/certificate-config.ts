import { z } from 'zod';
import { envCodec } from '../../config/env.ts';

/** Environment of the function that maintains the ingest certificate: HEADWATER_CERTIFICATE_SECRET, HEADWATER_SERVER_NAME, … */
export const certificateFunctionCodec = envCodec({
  /** Where to store the certificate: name or ARN of a secret in Secrets Manager. */
  certificateSecret: z.string().min(1),
  /** The certificate to export from ACM. @default a self-signed certificate */
  acmCertificate: z.string().startsWith('arn:', 'must be the ARN of a certificate in ACM').optional(),
  /** Host name of a self-signed certificate. */
  serverName: z
    .string()
    .regex(/^[0-9a-z.-]{1,253}$/i, 'must be a host name')
    .default('localhost'),
});
