import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import type { SecretSource } from '../../control-store/ports.ts';
import type { Certificate } from './net/listener.ts';

/** A certificate or its key is unusable; `mend` explains the fix. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly code = 'CERTIFICATE_UNUSABLE';
  readonly mend =
    'Set HEADWATER_CERTIFICATE to a PEM certificate with its chain and its private key, and if you like an RSA pair beside it: files:CERTIFICATE,KEY[,RSA-CERTIFICATE,RSA-KEY], or secretsmanager:ID of a secret {"certificate": PEM, "privateKey": PEM, "rsa": {"certificate": PEM, "privateKey": PEM}}.';
}

export interface CertificateHandler {
  changed(certificates: readonly Certificate[]): void;
  /** The secret became unreadable or its content is unusable. The certificates in use stay. */
  failed(cause: Error): void;
}

export interface LoadedCertificates {
  /** One, or two with different types of key. */
  readonly certificates: readonly Certificate[];
  /** Reports what replaces the loaded ones. Returns a function that stops watching. */
  watch(handler: CertificateHandler): () => void;
}

const pairSchema = z.object({ certificate: z.string(), privateKey: z.string() });
const secretSchema = pairSchema.extend({ rsa: pairSchema.optional() });

/**
 * Reads a certificate and its key from a secret `{"certificate": PEM with chain, "privateKey": PEM}`, and an RSA pair beside it
 * from its field `rsa`, and checks that they work. Throws `CertificateError` or `SecretUnreadableError`.
 */
export async function loadCertificates(source: SecretSource): Promise<LoadedCertificates> {
  const text = await source.read();
  return {
    certificates: parseCertificates(source.name, text),
    watch: ({ changed, failed }) =>
      source.watch(text, {
        changed(next) {
          let certificates: readonly Certificate[];
          try {
            certificates = parseCertificates(source.name, next);
          } catch (cause) {
            // Files are replaced one after the other: a later poll finds matching pairs.
            failed(cause as Error);
            return;
          }
          changed(certificates);
        },
        failed,
      }),
  };
}

/** Full days until the first certificate expires; negative if one has expired. Of a chain, the first certificate counts. */
export function certificateDaysLeft(certificates: readonly Certificate[], nowMs: number): number {
  const ends = certificates.map(({ cert }) => new X509Certificate(cert).validToDate.getTime());
  return Math.floor((Math.min(...ends) - nowMs) / 86_400_000);
}

/** Error messages must not quote the input: half of it is a private key. */
function parseCertificates(name: string, text: string): readonly Certificate[] {
  let certificates: Certificate[];
  try {
    const { rsa, ...main } = secretSchema.parse(JSON.parse(text));
    const pairs = rsa === undefined ? [main] : [main, rsa];
    certificates = pairs.map(({ certificate: cert, privateKey: key }) => {
      createSecureContext({ cert, key });
      return { cert, key };
    });
  } catch (cause) {
    const code = (cause as { code?: unknown }).code;
    const why = typeof code === 'string' ? code : 'it is not JSON with the fields';
    throw new CertificateError(`The certificate and key of ${name} cannot be used: ${why}.`);
  }
  const types = certificates.map(({ key }) => createPrivateKey(key).asymmetricKeyType);
  // OpenSSL keeps one certificate per type of key: the second would silently replace the first.
  if (new Set(types).size === types.length) return certificates;
  throw new CertificateError(
    `The two certificates of ${name} have the same type of key, ${types[0]}, so clients would only get one of them.`,
  );
}
