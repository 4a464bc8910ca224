import { generate } from 'selfsigned';

export interface SelfSignedNames {
  readonly hosts: readonly string[];
  readonly addresses?: readonly string[];
}

export interface CertificatePair {
  /** PEM. */
  readonly certificate: string;
  /** PEM, not encrypted. */
  readonly privateKey: string;
}

/** Generates a key and a self-signed certificate, valid for `days` from now. */
export async function makeSelfSigned(names: SelfSignedNames, days: number): Promise<CertificatePair> {
  const { hosts, addresses = [] } = names;
  // P-256: handshakes cost half as much as with RSA-2048. A common name is limited to 64 characters.
  const pair = await generate([{ name: 'commonName', value: (hosts[0] ?? 'headwater').slice(0, 64) }], {
    keyType: 'ec',
    curve: 'P-256',
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
  return { certificate: pair.cert, privateKey: pair.private };
}
