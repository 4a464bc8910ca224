import { readFile } from 'node:fs/promises';
import { sdkCodec } from '../../../config/sdk.ts';
import { certificateFiles } from '../../node/secret-files.ts';
import type { PlatformBackends } from './backends.ts';
import type { SecretFiles } from './secrets.ts';

/** Resource names at the endpoint: those of a deployment called `headwater`. */
const deployment = 'headwater';
const bucket = `${deployment}-origin`;
const secretNames = {
  keyPepper: `${deployment}/key-pepper`,
  certificate: `${deployment}/certificate`,
  relayKeys: `${deployment}/relay-keys`,
};
const defaultRegion = 'us-east-1';
/** Placeholder credentials: an emulator accepts any. */
const placeholder = { accessKeyId: 'headwater', secretAccessKey: 'headwater' };

/** The backends at an AWS emulator; creates missing resources there. Throws `EmulatedAccountError`. */
export async function awsBackends(
  endpointUrl: string,
  secrets: SecretFiles,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<PlatformBackends> {
  const set = sdkCodec.decode(environment);
  const region = set.region || defaultRegion;
  const credentials = set.accessKeyId || set.profile ? undefined : placeholder;
  const { fillAccount, addressOf } = await import('../../aws/emulated-account.ts');
  const endpoint = await addressOf(endpointUrl);
  const { tlsCertFile, tlsKeyFile, tlsRsaCertFile, tlsRsaKeyFile } = secrets;
  const certificates = certificateFiles(
    { certFile: tlsCertFile, keyFile: tlsKeyFile },
    { certFile: tlsRsaCertFile, keyFile: tlsRsaKeyFile },
  );
  await fillAccount(
    {
      bucket,
      tablePrefix: deployment,
      secrets: {
        [secretNames.keyPepper]: await readFile(secrets.keyPepperFile, 'utf8'),
        [secretNames.certificate]: await certificates.read(),
        [secretNames.relayKeys]: await readFile(secrets.relayKeysFile, 'utf8'),
      },
    },
    { endpoint, region, credentials },
  );
  return {
    controlStore: `dynamodb:${deployment}`,
    origin: `s3://${bucket}`,
    objects: `s3://${bucket}`,
    keyPepper: `secretsmanager:${secretNames.keyPepper}`,
    certificate: `secretsmanager:${secretNames.certificate}`,
    relayKeys: `secretsmanager:${secretNames.relayKeys}`,
    eventBus: 'eventbridge:default',
    environment: sdkCodec.encode({ endpointUrl: endpoint, region, ...credentials }),
  };
}
