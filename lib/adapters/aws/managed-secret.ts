import {
  GetSecretValueCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';
import type { SecretSource } from '../../control-store/ports.ts';
import { polledSecret } from '../node/polled-secret.ts';
import { clientSettings } from './client-settings.ts';

/** Certificates are renewed weeks before the old one expires; each poll costs $0.000005. */
const lookEveryMs = 60_000;

export interface ManagedSecretOptions {
  /** @default 60000 */
  readonly everyMs?: number;
  /** Overrides for settings the SDK would take from the environment. */
  readonly client?: SecretsManagerClientConfig;
}

/** The current text of a secret in Secrets Manager, by name or ARN. */
export function managedSecret(secretId: string, options: ManagedSecretOptions = {}): SecretSource {
  const { everyMs = lookEveryMs } = options;
  const settings = clientSettings({ timeoutMs: 3_000, tries: 3, maxConnections: 2 });
  const client = new SecretsManagerClient({ ...settings, ...options.client });
  return polledSecret({
    name: secretId,
    mend: `Check that the secret ${secretId} is in this region with a text value, and that this program's role may call secretsmanager:GetSecretValue on it (and kms:Decrypt on its key).`,
    async fetch() {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
      if (SecretString === undefined) throw new Error('it is binary, not text');
      return SecretString;
    },
    everyMs,
  });
}
