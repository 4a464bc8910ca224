import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  formatSigningKeys,
  newSigningKey,
  parseSigningKeys,
  rotatedKeys,
} from '../../../edge/policy/access/signing-keys.ts';
import { covers, isCurrent, type KeyType } from '../../../ingest/certificate/policy/certificate.ts';
import { makeSelfSigned, type SelfSignedNames } from '../../node/self-signed.ts';

/** The secret files of one machine. Programs get the paths, never the values. */
export interface SecretFiles {
  readonly keyPepperFile: string;
  readonly originTokenFile: string;
  /** For callers of the API that don't come from this machine. */
  readonly apiTokenFile: string;
  readonly tlsCertFile: string;
  readonly tlsKeyFile: string;
  /** For clients that cannot use the P-256 certificate. */
  readonly tlsRsaCertFile: string;
  readonly tlsRsaKeyFile: string;
  /** Keys with which proxies prove themselves to workers. */
  readonly relayKeysFile: string;
  /** The key that signs webhooks. */
  readonly webhookSecretFile: string;
  /** What the edge shows the shield, and the shield the origin: nobody else reads from them. */
  readonly tierTokenFile: string;
  /** The keys that sign playback links. */
  readonly playbackKeysFile: string;
}

const certificateDays = 365;
const renewBeforeDays = 7;
const thisMachine: SelfSignedNames = { hosts: ['localhost'], addresses: ['127.0.0.1'] };

/**
 * Creates missing secrets in `dir`, readable only by their owner. Existing ones stay: stream keys are hashed with the pepper.
 * `certified`: what encoders may call this machine.
 */
export async function ensureSecrets(dir: string, certified = thisMachine): Promise<SecretFiles> {
  const files: SecretFiles = {
    keyPepperFile: join(dir, 'key-pepper'),
    originTokenFile: join(dir, 'origin-token'),
    apiTokenFile: join(dir, 'api-token'),
    tlsCertFile: join(dir, 'rtmps-cert.pem'),
    tlsKeyFile: join(dir, 'rtmps-key.pem'),
    tlsRsaCertFile: join(dir, 'rtmps-rsa-cert.pem'),
    tlsRsaKeyFile: join(dir, 'rtmps-rsa-key.pem'),
    relayKeysFile: join(dir, 'relay-keys'),
    webhookSecretFile: join(dir, 'webhook-secret'),
    tierTokenFile: join(dir, 'tier-token'),
    playbackKeysFile: join(dir, 'playback-keys'),
  };
  await ensureFile(files.keyPepperFile, () => randomBytes(32).toString('hex'));
  await ensureFile(files.originTokenFile, () => randomBytes(32).toString('hex'));
  await ensureFile(files.relayKeysFile, () => `${randomBytes(32).toString('hex')}\n`);
  await ensureFile(files.apiTokenFile, () => randomBytes(32).toString('hex'));
  await ensureFile(files.tierTokenFile, () => randomBytes(32).toString('hex'));
  if ((await readText(files.playbackKeysFile)) === undefined) await rotatePlaybackKeys(dir);
  await ensureFile(files.webhookSecretFile, () => `whsec_${randomBytes(32).toString('base64')}`);
  await ensureCertificate(files.tlsCertFile, files.tlsKeyFile, 'ec', certified);
  await ensureCertificate(files.tlsRsaCertFile, files.tlsRsaKeyFile, 'rsa', certified);
  return files;
}

/** A new key for playback links; running programs read it within seconds. Doing it twice invalidates every link. */
export async function rotatePlaybackKeys(dir: string): Promise<void> {
  const path = join(dir, 'playback-keys');
  const text = await readText(path);
  const before = text === undefined ? [] : parseSigningKeys(text);
  await writeSecret(path, formatSigningKeys(rotatedKeys(before, newSigningKey(), Date.now())));
}

async function ensureCertificate(
  certFile: string,
  keyFile: string,
  keyType: KeyType,
  names: SelfSignedNames,
): Promise<void> {
  const stored = await readText(certFile);
  if (stored !== undefined && isCurrent(stored, renewBeforeDays, Date.now()) && covers(stored, names)) return;
  const { certificate, privateKey } = await makeSelfSigned(names, certificateDays, keyType);
  await writeSecret(keyFile, privateKey);
  await writeSecret(certFile, certificate);
}

async function ensureFile(path: string, make: () => string): Promise<void> {
  if ((await readText(path)) === undefined) await writeSecret(path, make());
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
