import { lookup } from 'node:dns/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  HeadBucketCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  ResourceExistsException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { hostPort } from '../../routing/host-port.ts';
import { clientSettings } from './client-settings.ts';
import { createControlTables } from './dynamodb/create-tables.ts';

/** The resources that programs expect in an account, by name. On AWS the CDK creates them; this is for an emulator. */
export interface AccountContents {
  readonly bucket: string;
  readonly tablePrefix: string;
  /** Secret texts by name. An existing secret keeps its text. */
  readonly secrets: Readonly<Record<string, string>>;
}

export interface AccountAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

/** The AWS emulator is unreachable or does not behave like AWS; `mend` explains the fix. */
export class EmulatedAccountError extends Error {
  override readonly name = 'EmulatedAccountError';
  readonly code = 'AWS_ENDPOINT_UNUSABLE';
  readonly mend =
    'Start an AWS emulator first, for example `moto_server -p 5000`, and pass its address with --aws-endpoint http://127.0.0.1:5000.';
}

/**
 * The endpoint with its host name resolved to an IP address: S3 clients then put the bucket in the path instead of in front of
 * the host name. Throws `EmulatedAccountError`.
 */
export async function addressOf(endpoint: string): Promise<string> {
  const { hostname, port } = new URL(endpoint);
  const { address } = await lookup(hostname.replace(/^\[|\]$/g, '')).catch((cause: unknown) => {
    throw new EmulatedAccountError(`The host of the AWS endpoint ${endpoint} could not be resolved.`, {
      cause,
    });
  });
  return `http://${hostPort({ host: address, port: Number(port) || 80 })}`;
}

/** Creates whatever is missing in an emulated account. Throws `EmulatedAccountError`. */
export async function fillAccount(
  { bucket, tablePrefix, secrets }: AccountContents,
  { endpoint, region, credentials }: AccountAccess,
): Promise<void> {
  const settings = {
    ...clientSettings({ timeoutMs: 10_000, tries: 2, maxConnections: 8 }),
    endpoint,
    region,
    // A copy, because the SDK records the source of the credentials in it.
    ...(credentials && { credentials: { ...credentials } }),
  };
  const [s3, tables, vault] = [
    new S3Client(settings),
    new DynamoDBClient(settings),
    new SecretsManagerClient(settings),
  ];
  try {
    await createBucket(s3, bucket, region);
    await createControlTables(tables, tablePrefix);
    for (const [name, text] of Object.entries(secrets)) await createSecret(vault, name, text);
  } catch (cause) {
    throw new EmulatedAccountError(`The AWS endpoint ${endpoint} cannot be used: ${cause}.`, { cause });
  } finally {
    for (const client of [s3, tables, vault]) client.destroy();
  }
}

async function createBucket(client: S3Client, bucket: string, region: string): Promise<void> {
  // us-east-1 is not a valid location constraint; a bucket without one is created there.
  const at = region === 'us-east-1' ? {} : { LocationConstraint: region as 'eu-central-1' };
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: at }));
  } catch (fault) {
    if (!(fault instanceof BucketAlreadyOwnedByYou)) throw fault;
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
  }
}

async function createSecret(client: SecretsManagerClient, name: string, text: string): Promise<void> {
  try {
    await client.send(new CreateSecretCommand({ Name: name, SecretString: text }));
  } catch (fault) {
    if (!(fault instanceof ResourceExistsException)) throw fault;
  }
}
