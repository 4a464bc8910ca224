import { z } from 'zod';
import { envCodec } from '../../config/env.ts';

const acmArn = z.string().startsWith('arn:', 'must be the ARN of a certificate in ACM');

/** Environment of the function that maintains the ingest certificates: HEADWATER_CERTIFICATE_SECRET, HEADWATER_SERVER_NAME, … */
export const certificateFunctionCodec = envCodec({
  /** Where to store the certificates: name or ARN of a secret in Secrets Manager. */
  certificateSecret: z.string().min(1),
  /** The P-256 certificate to export from ACM. @default a self-signed certificate */
  acmCertificate: acmArn.optional(),
  /** The RSA certificate to export from ACM. @default a self-signed certificate */
  acmRsaCertificate: acmArn.optional(),
  /** Host name of self-signed certificates. */
  serverName: z
    .string()
    .regex(/^[0-9a-z.-]{1,253}$/i, 'must be a host name')
    .default('localhost'),
});
