import { createPrivateKey, randomBytes } from 'node:crypto';
import { type ACMClient, ExportCertificateCommand, GetCertificateCommand } from '@aws-sdk/client-acm';
import { makeSelfSigned } from '../../lib/adapters/node/self-signed.ts';
import type { CertificateAuthority } from '../../lib/ingest/certificate/keep-certificate.ts';
import {
  isGoodFor,
  isSameCertificate,
  type KeyType,
} from '../../lib/ingest/certificate/policy/certificate.ts';

/** ACM renews certificates automatically under the same ARN. The key is exported only if the certificate has changed. */
export function acmAuthority(client: ACMClient, arn: string): CertificateAuthority {
  return {
    name: 'acm',
    async next(current) {
      const issued = await client.send(new GetCertificateCommand({ CertificateArn: arn }));
      if (current && issued.Certificate && isSameCertificate(current.certificate, issued.Certificate)) {
        return undefined;
      }
      // The key is exported encrypted with a one-time passphrase that exists only for this call.
      const passphrase = randomBytes(32).toString('hex');
      const exported = await client.send(
        new ExportCertificateCommand({ CertificateArn: arn, Passphrase: Buffer.from(passphrase) }),
      );
      const { Certificate = '', CertificateChain = '', PrivateKey = '' } = exported;
      const key = createPrivateKey({ key: PrivateKey, passphrase });
      return {
        certificate: `${Certificate.trim()}\n${CertificateChain.trim()}\n`,
        privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

const selfSignedDays = 365;
const renewBeforeDays = 30;

/** Self-signed, for deployments without a domain: untrusted, but traffic is encrypted. */
export function selfSignedAuthority(
  host: string,
  keyType: KeyType,
  nowMs: () => number = () => Date.now(),
): CertificateAuthority {
  return {
    name: 'self-signed',
    async next(current) {
      if (current && isGoodFor(current.certificate, host, renewBeforeDays, nowMs())) return undefined;
      return makeSelfSigned({ hosts: [host] }, selfSignedDays, keyType);
    },
  };
}
