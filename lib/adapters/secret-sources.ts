import { type CertificateLocation, type SecretLocation, splitLocation } from '../config/locations.ts';
import type { SecretSource } from '../control-store/ports.ts';
import { SecretUnreadableError } from '../control-store/secret-errors.ts';
import { certificateFiles, secretFile } from './node/secret-files.ts';

/** The secret at `location`. */
export async function openSecret(location: SecretLocation): Promise<SecretSource> {
  const { scheme, rest } = splitLocation(location);
  return scheme === 'file' ? secretFile(rest) : await managed(rest);
}

/** The certificates and keys at `location`, as one secret `{"certificate", "privateKey", "rsa"}`. */
export async function openCertificates(location: CertificateLocation): Promise<SecretSource> {
  const { scheme, rest } = splitLocation(location);
  if (scheme === 'secretsmanager') return await managed(rest);
  const [certFile = '', keyFile = '', rsaCertFile, rsaKeyFile] = rest.split(',');
  const rsa =
    rsaCertFile !== undefined && rsaKeyFile !== undefined
      ? { certFile: rsaCertFile, keyFile: rsaKeyFile }
      : undefined;
  return certificateFiles({ certFile, keyFile }, rsa);
}

/** Loads the Secrets Manager client only when it is used. */
async function managed(secretId: string): Promise<SecretSource> {
  const { managedSecret } = await import('./aws/managed-secret.ts');
  return managedSecret(secretId);
}

/** The secret that stream keys are hashed with: at least 16 characters. Throws `SecretUnreadableError`. */
export async function readKeyPepper(location: SecretLocation): Promise<string> {
  const source = await openSecret(location);
  const pepper = (await source.read()).trim();
  if (pepper.length >= 16) return pepper;
  throw new SecretUnreadableError(
    `The key pepper ${source.name} is too short.`,
    'Set HEADWATER_KEY_PEPPER to a secret of at least 16 characters, the same for ingest and the control API.',
  );
}
