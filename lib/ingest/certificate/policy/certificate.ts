import { createPrivateKey, X509Certificate } from 'node:crypto';

/** What the certificate's secret holds, as JSON. */
export interface CertificateSecret {
  /** PEM: the certificate, then the chain up to what clients know. */
  readonly certificate: string;
  /** PEM, not encrypted. */
  readonly privateKey: string;
}

/** The certificate and key in a secret's text; undefined where it holds none that fit each other. */
export function readCertificateSecret(text: string): CertificateSecret | undefined {
  try {
    const { certificate, privateKey } = JSON.parse(text) as Partial<Record<string, unknown>>;
    if (typeof certificate !== 'string' || typeof privateKey !== 'string') return undefined;
    return belongs(certificate, privateKey) ? { certificate, privateKey } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the key is the one of the certificate. Throws where either cannot be read. */
export const belongs = (certificate: string, privateKey: string): boolean =>
  new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));

/** Whether two PEM texts begin with the same certificate. */
export const isSameCertificate = (one: string, other: string): boolean =>
  new X509Certificate(one).fingerprint256 === new X509Certificate(other).fingerprint256;

/** Whether a certificate is for `host` and good for `days` more. */
export function isGoodFor(certificate: string, host: string, days: number, nowMs: number): boolean {
  const leaf = new X509Certificate(certificate);
  return leaf.checkHost(host) !== undefined && leaf.validToDate.getTime() > nowMs + days * 86_400_000;
}

/** When a certificate is over, as an ISO date. */
export const endOf = (certificate: string): string =>
  new X509Certificate(certificate).validToDate.toISOString();
