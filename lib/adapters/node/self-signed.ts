import { generate } from 'selfsigned';
import type { CertificatePair, KeyType } from '../../ingest/certificate/policy/certificate.ts';

export interface SelfSignedNames {
  readonly hosts: readonly string[];
  readonly addresses?: readonly string[];
}

/** Generates a key, P-256 or RSA-2048, and a self-signed certificate, valid for `days` from now. */
export async function makeSelfSigned(
  names: SelfSignedNames,
  days: number,
  keyType: KeyType,
): Promise<CertificatePair> {
  const { hosts, addresses = [] } = names;
  // A common name is limited to 64 characters.
  const pair = await generate([{ name: 'commonName', value: (hosts[0] ?? 'headwater').slice(0, 64) }], {
    keyType,
    curve: 'P-256',
    keySize: 2048,
    // The package's default, SHA-1, is refused by mbedTLS (OBS) even if a person trusts the certificate.
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + days * 86_400_000),
    extensions: [
      // A person can trust it as it is: it is its own authority, and good for a server.
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...hosts.map((value) => ({ type: 2 as const, value })),
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  // The package leaves out the last line break, so that two files in a row would not be PEM.
  return { certificate: `${pair.cert.trim()}\n`, privateKey: pair.private };
}
