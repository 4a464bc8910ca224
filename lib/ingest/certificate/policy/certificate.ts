import { createPrivateKey, X509Certificate } from 'node:crypto';

/** What the certificate's secret holds, as JSON. */
export interface CertificateSecret {
  /** PEM: the certificate, then the chain up to a root that clients know. */
  readonly certificate: string;
  /** PEM, unencrypted. */
  readonly privateKey: string;
}

/** Parses the certificate and key from a secret's text; undefined unless it holds a matching pair. */
export function readCertificateSecret(text: string): CertificateSecret | undefined {
  try {
    const { certificate, privateKey } = JSON.parse(text) as Partial<Record<string, unknown>>;
    if (typeof certificate !== 'string' || typeof privateKey !== 'string') return undefined;
    return belongs(certificate, privateKey) ? { certificate, privateKey } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the key matches the certificate. Throws if either is unreadable. */
export const belongs = (certificate: string, privateKey: string): boolean =>
  new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));

/** Whether two PEM texts begin with the same certificate. */
export const isSameCertificate = (one: string, other: string): boolean =>
  new X509Certificate(one).fingerprint256 === new X509Certificate(other).fingerprint256;

/** Whether a certificate is for `host` and valid for at least `days` more. */
export function isGoodFor(certificate: string, host: string, days: number, nowMs: number): boolean {
  const leaf = new X509Certificate(certificate);
  return leaf.checkHost(host) !== undefined && leaf.validToDate.getTime() > nowMs + days * 86_400_000;
}

/** When a certificate expires, as an ISO date. */
export const endOf = (certificate: string): string =>
  new X509Certificate(certificate).validToDate.toISOString();
