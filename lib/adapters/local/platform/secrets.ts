import { randomBytes, X509Certificate } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeSelfSigned } from '../../node/self-signed.ts';

/** The secret files of one machine. Programs get the paths, never the values. */
export interface SecretFiles {
  readonly keyPepperFile: string;
  readonly originTokenFile: string;
  readonly tlsCertFile: string;
  readonly tlsKeyFile: string;
  /** The key that signs webhooks. */
  readonly webhookSecretFile: string;
}

const certificateDays = 365;

/** Creates missing secrets in `dir`, readable only by their owner. Existing ones stay: stream keys are hashed with the pepper. */
export async function ensureSecrets(dir: string): Promise<SecretFiles> {
  const files: SecretFiles = {
    keyPepperFile: join(dir, 'key-pepper'),
    originTokenFile: join(dir, 'origin-token'),
    tlsCertFile: join(dir, 'rtmps-cert.pem'),
    tlsKeyFile: join(dir, 'rtmps-key.pem'),
    webhookSecretFile: join(dir, 'webhook-secret'),
  };
  await ensureFile(files.keyPepperFile, () => randomBytes(32).toString('hex'));
  await ensureFile(files.originTokenFile, () => randomBytes(32).toString('hex'));
  await ensureFile(files.webhookSecretFile, () => `whsec_${randomBytes(32).toString('base64')}`);
  if (!(await isCurrent(files.tlsCertFile))) {
    const { certificate, privateKey } = await makeSelfSigned(
      { hosts: ['localhost'], addresses: ['127.0.0.1'] },
      certificateDays,
    );
    await writeSecret(files.tlsKeyFile, privateKey);
    await writeSecret(files.tlsCertFile, certificate);
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

/** Atomic, because a half-written pepper would invalidate every key. */
async function writeSecret(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
