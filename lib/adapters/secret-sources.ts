import { type CertificateLocation, type SecretLocation, splitLocation } from '../config/locations.ts';
import type { SecretSource } from '../control-store/ports.ts';
import { SecretUnreadableError } from '../control-store/secret-errors.ts';
import { isLoopbackHost } from '../net/policy/loopback.ts';
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

/** The control API's token, if there is one: at least 32 characters without spaces. Throws `SecretUnreadableError`. */
export async function readApiToken(
  location: SecretLocation | undefined,
  host: string,
): Promise<string | undefined> {
  if (location === undefined) {
    if (isLoopbackHost(host)) return undefined;
    throw new SecretUnreadableError(
      `The API would listen on ${host}, where others can reach it, without a token.`,
      'Set HEADWATER_API_TOKEN to file:PATH of a token of at least 32 characters, or listen on 127.0.0.1.',
    );
  }
  const source = await openSecret(location);
  const token = (await source.read()).trim();
  if (/^\S{32,}$/.test(token)) return token;
  throw new SecretUnreadableError(
    `The API token ${source.name} is too short or contains spaces.`,
    'Put at least 32 random characters into the file that HEADWATER_API_TOKEN names.',
  );
}
