// Rotates the keys that ingest proxies and encoder workers share, when Secrets Manager asks for it.
import { randomBytes } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretsManagerRotationEvent } from 'aws-lambda';
import { clientSettings } from '../../lib/adapters/aws/client-settings.ts';
import { startFunction } from '../../lib/adapters/node/function.ts';
import { relayKeysFunctionCodec } from '../../lib/ingest/relay-keys/relay-keys-config.ts';
import { rotateRelayKeys } from '../../lib/ingest/relay-keys/rotate-keys.ts';
import { managedVersions } from './versions.ts';

export const handler = await startFunction({
  codec: relayKeysFunctionCodec,
  role: 'ingest',
  name: 'relay-keys',
  start() {
    const client = new SecretsManagerClient(
      clientSettings({ timeoutMs: 5_000, tries: 4, maxConnections: 2 }),
    );
    return async (event: SecretsManagerRotationEvent): Promise<void> =>
      rotateRelayKeys(managedVersions(client, event.SecretId), event, () => randomBytes(32).toString('hex'));
  },
});
