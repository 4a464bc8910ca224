import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { sdkCodec } from '../../../config/sdk.ts';
import type { PlatformBackends } from './backends.ts';
import type { SecretFiles } from './secrets.ts';

/** Names at the endpoint. Region and secrets are those of a deployment called `headwater`. */
const deployment = 'headwater';
const bucket = `${deployment}-origin`;
const secretNames = { keyPepper: `${deployment}/key-pepper`, certificate: `${deployment}/certificate` };
const defaultRegion = 'us-east-1';
/** An emulator takes any; these are nobody's. */
const nobody = { accessKeyId: 'headwater', secretAccessKey: 'headwater' };

/** What programs work on at an emulator of AWS; makes there what is missing. Throws `EmulatedAccountError`. */
export async function awsBackends(
  endpointUrl: string,
  secrets: SecretFiles,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<PlatformBackends> {
  const { region = defaultRegion, accessKeyId, profile } = sdkCodec.decode(environment);
  const credentials = (accessKeyId ?? profile) === undefined ? nobody : undefined;
  const endpoint = await byAddress(endpointUrl);
  const { fillAccount } = await import('../../aws/emulated-account.ts');
  const [pepper, certificate, privateKey] = await Promise.all(
    [secrets.keyPepperFile, secrets.tlsCertFile, secrets.tlsKeyFile].map((path) => readFile(path, 'utf8')),
  );
  await fillAccount(
    {
      bucket,
      tablePrefix: deployment,
      secrets: {
        [secretNames.keyPepper]: pepper ?? '',
        [secretNames.certificate]: JSON.stringify({ certificate, privateKey }),
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
    eventBus: 'eventbridge:default',
    environment: sdkCodec.encode({ endpointUrl: endpoint, region, ...credentials }),
  };
}

/** The endpoint by its IP address: S3 names a bucket in the path then, where a host name would get it in front. */
async function byAddress(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const { address, family } = await lookup(hostname.replace(/^\[|\]$/g, ''));
  return `http://${family === 6 ? `[${address}]` : address}:${port || 80}`;
}
