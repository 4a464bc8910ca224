import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import type { SecretSource } from '../../control-store/ports.ts';
import type { Certificate } from './net/listener.ts';

/** A certificate or its key is unusable; `mend` explains the fix. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly code = 'CERTIFICATE_UNUSABLE';
  readonly mend =
    'Set HEADWATER_CERTIFICATE to a PEM certificate with its chain and its private key: files:CERTIFICATE,KEY, or secretsmanager:ID of a secret {"certificate": PEM, "privateKey": PEM}.';
}

export interface CertificateHandler {
  changed(certificate: Certificate): void;
  /** The secret became unreadable or its content is unusable. The certificate in use stays. */
  failed(cause: Error): void;
}

export interface LoadedCertificate {
  readonly certificate: Certificate;
  /** Reports every certificate that replaces the loaded one. Returns a function that stops watching. */
  watch(handler: CertificateHandler): () => void;
}

const secretSchema = z.object({ certificate: z.string(), privateKey: z.string() });

/**
 * Reads a certificate and its key from a secret `{"certificate": PEM with chain, "privateKey": PEM}` and checks that they work.
 * Throws `CertificateError` or `SecretUnreadableError`.
 */
export async function loadCertificate(source: SecretSource): Promise<LoadedCertificate> {
  const text = await source.read();
  return {
    certificate: parseCertificate(source.name, text),
    watch: ({ changed, failed }) =>
      source.watch(text, {
        changed(next) {
          let certificate: Certificate;
          try {
            certificate = parseCertificate(source.name, next);
          } catch (cause) {
            // Two files are replaced one after the other: the next poll finds a matching pair.
            failed(cause as Error);
            return;
          }
          changed(certificate);
        },
        failed,
      }),
  };
}

/** Full days until a certificate expires; negative if it has expired. For a chain, the first certificate counts. */
export function certificateDaysLeft({ cert }: Certificate, nowMs: number): number {
  return Math.floor((new X509Certificate(cert).validToDate.getTime() - nowMs) / 86_400_000);
}

/** Error messages must not quote the input: half of it is a private key. */
function parseCertificate(name: string, text: string): Certificate {
  try {
    const { certificate: cert, privateKey: key } = secretSchema.parse(JSON.parse(text));
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (cause) {
    const code = (cause as { code?: unknown }).code;
    const why = typeof code === 'string' ? code : 'it is not JSON with the two fields';
    throw new CertificateError(`The certificate and key of ${name} cannot be used: ${why}.`);
  }
}
