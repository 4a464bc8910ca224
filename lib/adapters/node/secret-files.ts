import { open } from 'node:fs/promises';
import type { SecretSource } from '../../control-store/ports.ts';
import { polledSecret } from './polled-secret.ts';

/** Rereading a few small files is cheap enough that watching them for changes isn't worth it. */
const lookEveryMs = 2_000;
const readBytes = 65_537;

/** A file whose whole text is the secret. */
export function secretFile(path: string, everyMs: number = lookEveryMs): SecretSource {
  return polledSecret({
    name: path,
    mend: `Put the secret in the file ${path}, readable by the user that runs this program.`,
    fetch: () => readStart(path),
    everyMs,
  });
}

/** Two PEM files: a certificate with its chain, and its key. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate and its key, and an RSA one beside it; combined into the secret `{"certificate", "privateKey", "rsa"}`. */
export function certificateFiles(
  main: CertificateFiles,
  rsa: CertificateFiles | undefined,
  everyMs: number = lookEveryMs,
): SecretSource {
  const pairs = rsa === undefined ? [main] : [main, rsa];
  const mend = pairs.map(
    ({ certFile, keyFile }) =>
      `Put a PEM certificate with its chain in ${certFile} and its private key in ${keyFile}.`,
  );
  return polledSecret({
    name: main.certFile,
    mend: mend.join(' '),
    fetch: async () =>
      JSON.stringify({ ...(await readPair(main)), rsa: rsa === undefined ? undefined : await readPair(rsa) }),
    everyMs,
  });
}

async function readPair({ certFile, keyFile }: CertificateFiles) {
  const [certificate, privateKey] = await Promise.all([readStart(certFile), readStart(keyFile)]);
  return { certificate, privateKey };
}

/** The start of the file's text. Anything beyond the size limit of a secret is never read into memory. */
async function readStart(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(readBytes), 0, readBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
