import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Certificate } from './listener.ts';

const lookEveryMs = 2_000;

/** A certificate or its key cannot be read or used; `mend` says what to do. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly code = 'CERTIFICATE_UNUSABLE';
  readonly mend =
    'Put a PEM certificate (with its chain) and its private key into the files that HEADWATER_TLS_CERT_FILE and HEADWATER_TLS_KEY_FILE name.';
}

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Reads a certificate and its key and tries them. Throws `CertificateError`. */
export async function readCertificate({ certFile, keyFile }: CertificateFiles): Promise<Certificate> {
  try {
    const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CertificateError(
      `The certificate ${certFile} with the key ${keyFile} cannot be used: ${why}.`,
      {
        cause,
      },
    );
  }
}

/**
 * Calls `changed` with the new certificate when a file changed, `failed` where it cannot be used. Both files are replaced one
 * after the other: a pair that does not fit is tried again at the next look. Returns what ends it.
 */
export function watchCertificate(
  files: CertificateFiles,
  changed: (certificate: Certificate) => void,
  failed: (cause: unknown) => void,
  everyMs: number = lookEveryMs,
): () => void {
  const look = () => {
    readCertificate(files).then(changed).catch(failed);
  };
  const paths = [files.certFile, files.keyFile];
  for (const path of paths) watchFile(path, { interval: everyMs, persistent: false }, look);
  return () => {
    for (const path of paths) unwatchFile(path, look);
  };
}
