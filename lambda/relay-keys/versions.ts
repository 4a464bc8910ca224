import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { RelayKeyVersions } from '../../lib/ingest/relay-keys/rotate-keys.ts';

const inUse = 'AWSCURRENT';
const notYet = 'AWSPENDING';

/** A secret in Secrets Manager, by its ARN. */
export const managedVersions = (client: SecretsManagerClient, SecretId: string): RelayKeyVersions => ({
  async current() {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId, VersionStage: inUse }));
    return SecretString ?? '';
  },
  async pending(VersionId) {
    try {
      const { SecretString } = await client.send(
        new GetSecretValueCommand({ SecretId, VersionId, VersionStage: notYet }),
      );
      return SecretString;
    } catch (fault) {
      // Secrets Manager has made the version, without a value.
      if (fault instanceof ResourceNotFoundException) return undefined;
      throw fault;
    }
  },
  async addPending(ClientRequestToken, SecretString) {
    await client.send(
      new PutSecretValueCommand({ SecretId, ClientRequestToken, SecretString, VersionStages: [notYet] }),
    );
  },
  async promote(version) {
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
    const before = Object.keys(VersionIdsToStages).find((id) => VersionIdsToStages[id]?.includes(inUse));
    if (before === version) return;
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId,
        VersionStage: inUse,
        MoveToVersionId: version,
        RemoveFromVersionId: before,
      }),
    );
  },
});
