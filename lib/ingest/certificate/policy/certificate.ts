import { createPrivateKey, X509Certificate } from 'node:crypto';

export interface CertificatePair {
  /** PEM: the certificate, then the chain up to a root that clients know. */
  readonly certificate: string;
  /** PEM, unencrypted. */
  readonly privateKey: string;
}

/** P-256, and RSA for clients that cannot use it. */
export type KeyType = 'ec' | 'rsa';

export type CertificatePairs = { readonly [keyType in KeyType]?: CertificatePair };

/** Parses the certificates and keys from a secret's text; leaves out what is not a matching pair. */
export function readCertificateSecret(text: string): CertificatePairs {
  try {
    const secret: unknown = JSON.parse(text);
    const [ec, rsa] = [secret, (secret as { rsa?: unknown }).rsa].map(matchingPair);
    return { ...(ec && { ec }), ...(rsa && { rsa }) };
  } catch {
    return {};
  }
}

/** The secret's text: the P-256 pair, with the RSA pair in its field `rsa`. Proxies read it. */
export const writeCertificateSecret = ({ ec, rsa }: CertificatePairs): string =>
  JSON.stringify({ ...ec, rsa });

function matchingPair(value: unknown): CertificatePair | undefined {
  const { certificate, privateKey } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (typeof certificate !== 'string' || typeof privateKey !== 'string') return undefined;
  const pair = { certificate, privateKey };
  return belongs(pair) ? pair : undefined;
}

/** Whether the key matches the certificate. Throws if either is unreadable. */
export const belongs = ({ certificate, privateKey }: CertificatePair): boolean =>
  new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));

/** Whether two PEM texts begin with the same certificate. */
export const isSameCertificate = (one: string, other: string): boolean =>
  new X509Certificate(one).fingerprint256 === new X509Certificate(other).fingerprint256;

/** Whether a certificate is for `host`, one that a person can trust, and valid for at least `days` more. */
export const isGoodFor = (certificate: string, host: string, days: number, nowMs: number): boolean =>
  new X509Certificate(certificate).checkHost(host) !== undefined && isCurrent(certificate, days, nowMs);

/** Whether a certificate is one that a person can trust, and valid for at least `days` more. */
export function isCurrent(certificate: string, days: number, nowMs: number): boolean {
  const { issuer, subject, ca, validToDate } = new X509Certificate(certificate);
  // Version 0.2.0 made ones that nobody can trust: signed with SHA-1, and not an authority.
  if (issuer === subject && !ca) return false;
  return validToDate.getTime() > nowMs + days * 86_400_000;
}

/** Whether a certificate has these names, or is another's than a machine's own for itself, who knows its names best. */
export function covers(
  certificate: string,
  { hosts, addresses = [] }: { readonly hosts: readonly string[]; readonly addresses?: readonly string[] },
): boolean {
  const read = new X509Certificate(certificate);
  if (read.issuer !== read.subject || read.subject !== 'CN=localhost') return true;
  return (
    hosts.every((host) => read.checkHost(host) !== undefined) &&
    addresses.every((address) => read.checkIP(address) !== undefined)
  );
}

/** When a certificate expires, as an ISO date. */
export const endOf = (certificate: string): string =>
  new X509Certificate(certificate).validToDate.toISOString();
