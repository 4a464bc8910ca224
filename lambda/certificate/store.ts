import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { CertificateStore } from '../../lib/ingest/certificate/keep-certificate.ts';

/** A secret in Secrets Manager, by name or ARN. */
export const managedStore = (client: SecretsManagerClient, secretId: string): CertificateStore => ({
  async read() {
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
      return SecretString;
    } catch (fault) {
      // Also thrown if the secret has no value yet.
      if (fault instanceof ResourceNotFoundException) return undefined;
      throw fault;
    }
  },
  async write(text) {
    await client.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: text }));
  },
});
