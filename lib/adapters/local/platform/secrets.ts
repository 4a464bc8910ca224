import { randomBytes, X509Certificate } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** Files that hold the secrets of one machine; programs are given the paths, never the values. */
export interface SecretFiles {
  readonly keyPepperFile: string;
  readonly originTokenFile: string;
  readonly tlsCertFile: string;
  readonly tlsKeyFile: string;
}

const certificateDays = 365;

/** Makes what is missing in `dir`, readable by its owner only. What is there stays: stream keys are hashed under the pepper. */
export async function ensureSecrets(dir: string): Promise<SecretFiles> {
  const files: SecretFiles = {
    keyPepperFile: join(dir, 'key-pepper'),
    originTokenFile: join(dir, 'origin-token'),
    tlsCertFile: join(dir, 'rtmps-cert.pem'),
    tlsKeyFile: join(dir, 'rtmps-key.pem'),
  };
  await ensureFile(files.keyPepperFile, () => randomBytes(32).toString('hex'));
  await ensureFile(files.originTokenFile, () => randomBytes(32).toString('hex'));
  if (!(await isCurrent(files.tlsCertFile))) {
    // P-256: its handshakes cost half of RSA-2048's.
    const pair = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      curve: 'P-256',
      notAfterDate: new Date(Date.now() + certificateDays * 86_400_000),
      extensions: [
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: 'localhost' },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    });
    await writeSecret(files.tlsKeyFile, pair.private);
    await writeSecret(files.tlsCertFile, pair.cert);
  }
  return files;
}

async function ensureFile(path: string, make: () => string): Promise<void> {
  if ((await readText(path)) === undefined) await writeSecret(path, make());
}

async function isCurrent(certFile: string): Promise<boolean> {
  const pem = await readText(certFile);
  if (pem === undefined) return false;
  return Date.parse(new X509Certificate(pem).validTo) > Date.now() + 7 * 86_400_000;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** Whole or not at all: a half-written pepper would lose every key. */
async function writeSecret(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
