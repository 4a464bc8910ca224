import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Presence } from '../facts.ts';
import type { Fact } from '../finding.ts';
import type { KeptResource } from '../policy/kept-resources.ts';
import { read, readerSettings, unless } from './read.ts';

type Settings = typeof readerSettings & { readonly region: string };

const present = (found: unknown): Presence => (found ? 'present' : 'absent');

const lookups: Record<
  KeptResource['kind'],
  { readonly call: string; presence(name: string, settings: Settings): Promise<Presence> }
> = {
  bucket: {
    call: 's3:ListBucket',
    async presence(name, settings) {
      const command = new HeadBucketCommand({ Bucket: name });
      return present(await unless(['NotFound'], new S3Client(settings).send(command)));
    },
  },
  table: {
    call: 'dynamodb:DescribeTable',
    async presence(name, settings) {
      const command = new DescribeTableCommand({ TableName: name });
      return present(await unless(['ResourceNotFoundException'], new DynamoDBClient(settings).send(command)));
    },
  },
  secret: {
    call: 'secretsmanager:DescribeSecret',
    async presence(name, settings) {
      const command = new DescribeSecretCommand({ SecretId: name });
      const found = await unless(
        ['ResourceNotFoundException'],
        new SecretsManagerClient(settings).send(command),
      );
      return found?.DeletedDate ? 'being deleted' : present(found);
    },
  },
  'log group': {
    call: 'logs:DescribeLogGroups',
    async presence(name, settings) {
      const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: name });
      const { logGroups = [] } = await new CloudWatchLogsClient(settings).send(command);
      return present(logGroups.some(({ logGroupName }) => logGroupName === name));
    },
  },
};

/** Whether something of that name exists. */
export function readPresence({ kind, name, region }: KeptResource): Promise<Fact<Presence>> {
  const { call, presence } = lookups[kind];
  return read(call, () => presence(name, { ...readerSettings, region }));
}
