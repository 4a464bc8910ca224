import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Fact } from '../finding.ts';
import type { KeptResource } from '../policy/kept-resources.ts';
import { read, readerSettings, unless } from './read.ts';

type Settings = typeof readerSettings & { readonly region: string };

const lookups: Record<
  KeptResource['kind'],
  { readonly call: string; exists(name: string, settings: Settings): Promise<boolean> }
> = {
  bucket: {
    call: 's3:ListBucket',
    exists: async (name, settings) =>
      (await unless(['NotFound'], new S3Client(settings).send(new HeadBucketCommand({ Bucket: name })))) !==
      undefined,
  },
  table: {
    call: 'dynamodb:DescribeTable',
    exists: async (name, settings) =>
      (await unless(
        ['ResourceNotFoundException'],
        new DynamoDBClient(settings).send(new DescribeTableCommand({ TableName: name })),
      )) !== undefined,
  },
  secret: {
    call: 'secretsmanager:DescribeSecret',
    exists: async (name, settings) =>
      (await unless(
        ['ResourceNotFoundException'],
        new SecretsManagerClient(settings).send(new DescribeSecretCommand({ SecretId: name })),
      )) !== undefined,
  },
  'log group': {
    call: 'logs:DescribeLogGroups',
    async exists(name, settings) {
      const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: name });
      const { logGroups = [] } = await new CloudWatchLogsClient(settings).send(command);
      return logGroups.some(({ logGroupName }) => logGroupName === name);
    },
  },
};

/** Whether something of that name exists. */
export function readExistence({ kind, name, region }: KeptResource): Promise<Fact<boolean>> {
  const { call, exists } = lookups[kind];
  return read(call, () => exists(name, { ...readerSettings, region }));
}
