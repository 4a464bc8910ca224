import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { clientSettings } from './client-settings.ts';

/** A secret in Secrets Manager that this program writes, by name or ARN. */
export function writtenSecret(SecretId: string) {
  const client = new SecretsManagerClient(clientSettings({ timeoutMs: 5_000, tries: 4, maxConnections: 2 }));
  return {
    async read(): Promise<string | undefined> {
      try {
        const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
        return SecretString;
      } catch (fault) {
        // Also thrown if the secret has no value yet.
        if (fault instanceof ResourceNotFoundException) return undefined;
        throw fault;
      }
    },
    async write(SecretString: string): Promise<void> {
      await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
    },
  };
}
