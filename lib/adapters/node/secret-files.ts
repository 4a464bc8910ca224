import { open } from 'node:fs/promises';
import type { SecretSource } from '../../control-store/ports.ts';
import { polledSecret } from './polled-secret.ts';

/** Reading two small files costs less than a system call for each of their changes is worth. */
const lookEveryMs = 2_000;
const readBytes = 65_537;

/** A file whose whole text is the secret. */
export function secretFile(path: string, everyMs: number = lookEveryMs): SecretSource {
  return polledSecret({
    name: path,
    mend: `Put the secret into the file ${path}, readable for the user that this program runs as.`,
    fetch: () => readStart(path),
    everyMs,
  });
}

/** A certificate with its chain and its key as two PEM files: together the secret `{"certificate", "privateKey"}`. */
export function certificateFiles(
  certFile: string,
  keyFile: string,
  everyMs: number = lookEveryMs,
): SecretSource {
  return polledSecret({
    name: certFile,
    mend: `Put a PEM certificate with its chain into ${certFile} and its private key into ${keyFile}.`,
    fetch: async () => {
      const [certificate, privateKey] = await Promise.all([readStart(certFile), readStart(keyFile)]);
      return JSON.stringify({ certificate, privateKey });
    },
    everyMs,
  });
}

/** The file's text, cut off where it is larger than any secret: the rest is never held. */
async function readStart(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(readBytes), 0, readBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
