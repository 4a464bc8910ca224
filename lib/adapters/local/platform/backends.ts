import { join } from 'node:path';
import type {
  CertificateLocation,
  ControlStoreLocation,
  EventBusLocation,
  ObjectsLocation,
  OriginLocation,
  SecretLocation,
} from '../../../config/locations.ts';
import type { LiveOptions } from './options.ts';
import type { SecretFiles } from './secrets.ts';

/** The backends of the programs on one machine. */
export interface PlatformBackends {
  readonly controlStore: ControlStoreLocation;
  /** Where workers write. */
  readonly origin: OriginLocation;
  /** What the origin program serves. */
  readonly objects: ObjectsLocation;
  readonly keyPepper: SecretLocation;
  readonly certificate: CertificateLocation;
  readonly relayKeys: SecretLocation;
  readonly eventBus: EventBusLocation;
  /** Set if the bus is a webhook. */
  readonly webhookSecret?: SecretLocation;
  /** Additional environment for every program. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Keeps everything in the data folder; workers write to the origin program. */
export function folderBackends(
  dataDir: string,
  secrets: SecretFiles,
  originUrl: OriginLocation,
): PlatformBackends {
  const { tlsCertFile, tlsKeyFile, tlsRsaCertFile, tlsRsaKeyFile } = secrets;
  return {
    controlStore: `sqlite:${join(dataDir, 'control.sqlite')}`,
    origin: originUrl,
    objects: `folder:${join(dataDir, 'origin')}`,
    keyPepper: `file:${secrets.keyPepperFile}`,
    certificate: `files:${tlsCertFile},${tlsKeyFile},${tlsRsaCertFile},${tlsRsaKeyFile}`,
    relayKeys: `file:${secrets.relayKeysFile}`,
    eventBus: 'log',
    environment: {},
  };
}

/** Sends stream events to a webhook if one is configured. */
export function withWebhook(
  backends: PlatformBackends,
  webhook: LiveOptions['webhook'],
  secrets: SecretFiles,
): PlatformBackends {
  if (!webhook) return backends;
  const { url, secretFile = secrets.webhookSecretFile } = webhook;
  return { ...backends, eventBus: `webhook:${url}`, webhookSecret: `file:${secretFile}` };
}
