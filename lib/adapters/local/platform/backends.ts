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

/** What the programs of one machine work on. */
export interface PlatformBackends {
  readonly controlStore: ControlStoreLocation;
  /** As workers write to it. */
  readonly origin: OriginLocation;
  /** As the origin program serves it. */
  readonly objects: ObjectsLocation;
  readonly keyPepper: SecretLocation;
  readonly certificate: CertificateLocation;
  readonly eventBus: EventBusLocation;
  /** Where the bus is a webhook. */
  readonly webhookSecret?: SecretLocation;
  /** Further environment of every program. */
  readonly environment: Readonly<Record<string, string>>;
}

/** All of it in the data folder; workers write to the origin program. */
export function folderBackends(
  dataDir: string,
  secrets: SecretFiles,
  originUrl: OriginLocation,
): PlatformBackends {
  return {
    controlStore: `sqlite:${join(dataDir, 'control.sqlite')}`,
    origin: originUrl,
    objects: `folder:${join(dataDir, 'origin')}`,
    keyPepper: `file:${secrets.keyPepperFile}`,
    certificate: `files:${secrets.tlsCertFile},${secrets.tlsKeyFile}`,
    eventBus: 'log',
    environment: {},
  };
}

/** Other systems are told by a webhook where one is asked for. */
export function withWebhook(
  backends: PlatformBackends,
  webhook: LiveOptions['webhook'],
  secrets: SecretFiles,
): PlatformBackends {
  if (!webhook) return backends;
  const { url, secretFile = secrets.webhookSecretFile } = webhook;
  return { ...backends, eventBus: `webhook:${url}`, webhookSecret: `file:${secretFile}` };
}
