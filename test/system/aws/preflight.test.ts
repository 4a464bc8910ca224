import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudFrontClient, CreateDistributionCommand } from '@aws-sdk/client-cloudfront';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readHostedZone } from '../../../preflight/aws/account.ts';
import { readPresence } from '../../../preflight/aws/presence.ts';
import type { Finding } from '../../../preflight/finding.ts';
import type { KeptResource } from '../../../preflight/policy/kept-resources.ts';
import { serviceLinkedRoles } from '../../../preflight/policy/service-linked-roles.ts';
import { type AwsEmulator, startEmulator } from '../../../testkit/aws/emulator.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';
import { deploymentOf } from '../../preflight/sound-account.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const cell = 'eu-central-1';

let emulator: AwsEmulator;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const before = { ...process.env };
beforeAll(async () => {
  emulator = await startEmulator();
  folder = await temporaryFolder();
  // The readers' clients are configured by the environment alone, as on a person's machine.
  Object.assign(process.env, emulator.environment);
});
afterAll(async () => {
  process.env = before;
  await folder.remove();
  await emulator.stop();
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  /** Lines. */
  readonly stderr: readonly string[];
}

/** Runs the program as `npm run preflight` does, with nothing of this machine's own configuration. */
function preflight(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder.path,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DOCKER: join(folder.path, 'docker'),
    ...environment,
  };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['preflight/main.ts', ...args],
      { cwd: root, env },
      (_, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, stdout, stderr: stderr.trimEnd().split('\n') }),
    );
  });
}

async function findings(environment = emulator.environment): Promise<{ code: number; list: Finding[] }> {
  const { code, stdout } = await preflight(['--json'], environment);
  return { code, list: JSON.parse(stdout).findings };
}

const ofSeverity = (list: readonly Finding[], severity: Finding['severity']) =>
  list.filter((finding) => finding.severity === severity).map(({ check, where }) => `${check} ${where}`);

/** What `npx cdk bootstrap` and earlier use leave in an account. */
async function prepareAccount(): Promise<void> {
  const iam = new IAMClient();
  for (const { name } of serviceLinkedRoles(deploymentOf()))
    await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: '{}' }));
  for (const region of ['us-west-2', 'us-east-1', cell]) {
    const name = '/cdk-bootstrap/hnb659fds/version';
    await new SSMClient({ region }).send(
      new PutParameterCommand({ Name: name, Value: '30', Type: 'String' }),
    );
  }
  await new CloudFrontClient({ region: 'us-east-1' }).send(
    new CreateDistributionCommand({
      DistributionConfig: {
        CallerReference: 'earlier',
        Comment: '',
        Enabled: true,
        Origins: {
          Quantity: 1,
          Items: [
            { Id: 'o', DomainName: 'o.s3.amazonaws.com', S3OriginConfig: { OriginAccessIdentity: '' } },
          ],
        },
        DefaultCacheBehavior: { TargetOriginId: 'o', ViewerProtocolPolicy: 'https-only' },
      },
    }),
  );
  const docker = join(folder.path, 'docker');
  await writeFile(docker, '#!/bin/sh\necho "Platforms: linux/amd64, linux/arm64"\n');
  await chmod(docker, 0o755);
}

/** A user who may make no call but the ones given. */
async function limitedUser(...actions: string[]): Promise<Record<string, string>> {
  const iam = new IAMClient();
  await iam.send(new CreateUserCommand({ UserName: 'limited' }));
  const statement = { Effect: 'Allow', Action: actions, Resource: '*' };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await iam.send(new PutUserPolicyCommand({ UserName: 'limited', PolicyName: 'p', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'limited' }));
  return {
    ...emulator.environment,
    AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey ?? '',
  };
}

/** How many calls the emulator accepts from anyone before it checks policies. */
const checkPoliciesAfter = (calls: number) =>
  fetch(`${emulator.endpoint}/moto-api/reset-auth`, { method: 'POST', body: `${calls}` });

describe('an account', () => {
  test('that is empty lacks the bootstrap, the role and Docker', async () => {
    const { code, list } = await findings();
    expect(code).toBe(1);
    expect(ofSeverity(list, 'missing').sort()).toEqual([
      'bootstrap eu-central-1',
      'bootstrap us-east-1',
      'bootstrap us-west-2',
      'docker this machine',
      'service-linked-role account',
    ]);
  });

  test('that is prepared lacks nothing, and is told of what an earlier deployment left', async () => {
    await prepareAccount();
    await new DynamoDBClient().send(
      new CreateTableCommand({
        TableName: 'headwater-streams',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      }),
    );
    const { code, list } = await findings();
    expect(ofSeverity(list, 'missing')).toEqual([]);
    expect(code).toBe(0);
    const kept = list.find(({ check }) => check === 'kept-resources');
    expect(kept).toMatchObject({
      where: cell,
      what: expect.stringContaining('left table headwater-streams.'),
    });
    expect(ofSeverity(list, 'ok')).toContain(`zones ${cell}`);
    // The emulator lists the quotas of this one service.
    expect(list.find(({ what }) => what.startsWith('VPCs'))).toMatchObject({
      severity: 'ok',
      has: expect.stringMatching(/^5/),
    });
  });

  test('that lets the caller see little is no crash: each refused call is named', async () => {
    const limited = await limitedUser('sts:GetCallerIdentity', 'ec2:DescribeRegions');
    await checkPoliciesAfter(0);
    try {
      const { code, list } = await findings(limited);
      expect(code).toBe(0);
      const refused = list.flatMap(({ what }) => /may not call (\S+)\.$/.exec(what)?.[1] ?? []);
      expect(new Set(refused)).toEqual(
        new Set([
          ...[
            'iam:GetRole',
            'cloudfront:ListDistributions',
            'ssm:GetParameter',
            'cloudformation:DescribeStacks',
          ],
          ...['ec2:DescribeAvailabilityZones'],
          ...['servicequotas:GetServiceQuota', 'servicequotas:ListAWSDefaultServiceQuotas'],
        ]),
      );
    } finally {
      await checkPoliciesAfter(Number.MAX_SAFE_INTEGER);
    }
  });
});

test('what an earlier stack kept is found, and a secret whose deletion is scheduled', async () => {
  const cell = { region: 'eu-central-1', stack: 'headwater-eu-central-1' };
  const kept: KeptResource[] = [
    { kind: 'bucket', name: 'kept-bucket', ...cell },
    { kind: 'secret', name: 'kept/secret', ...cell },
    { kind: 'log group', name: 'kept-logs', ...cell },
  ];
  const all = async () =>
    (await Promise.all(kept.map(readPresence))).map((fact) => 'value' in fact && fact.value);
  expect(await all()).toEqual(['absent', 'absent', 'absent']);
  const s3 = new S3Client({ forcePathStyle: true });
  const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' as const };
  await s3.send(new CreateBucketCommand({ Bucket: 'kept-bucket', CreateBucketConfiguration }));
  const secrets = new SecretsManagerClient();
  await secrets.send(new CreateSecretCommand({ Name: 'kept/secret', SecretString: 'x' }));
  const logs = new CloudWatchLogsClient();
  await logs.send(new CreateLogGroupCommand({ logGroupName: 'kept-logs' }));
  expect(await all()).toEqual(['present', 'present', 'present']);
  await secrets.send(new DeleteSecretCommand({ SecretId: 'kept/secret' }));
  expect(await all()).toEqual(['present', 'being deleted', 'present']);
});

test('a hosted zone is found by its id, with its name servers', async () => {
  const { HostedZone, DelegationSet } = await new Route53Client().send(
    new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: '1' }),
  );
  const id = HostedZone?.Id?.replace('/hostedzone/', '') ?? '';
  const nameServers = DelegationSet?.NameServers ?? [];
  const asked: string[] = [];
  const facts = await readHostedZone(id, async (name) => {
    asked.push(name);
    return nameServers.map((server) => server.toUpperCase());
  });
  expect(facts).toEqual({
    zone: { value: { name: 'example.com', isPrivate: false, nameServers } },
    delegatedTo: { value: nameServers },
  });
  expect(asked).toEqual(['example.com']);
  expect(await readHostedZone('Z0000000000000000000', async () => [])).toMatchObject({
    zone: { value: undefined },
  });
});

test('the wrong account is all that is found, whatever else it lacks', async () => {
  const file = join(folder.path, 'other-account.json');
  await writeFile(file, JSON.stringify({ ...deploymentOf(), account: '999999999999' }));
  const { code, stdout } = await preflight(['--deployment', file], emulator.environment);
  expect(code).toBe(1);
  expect(stdout.split('\n').slice(0, 2)).toEqual([
    'Missing',
    expect.stringMatching(/^ {2}account: .+ Needed: 999999999999; has: 123456789012\.$/),
  ]);
  expect(stdout).toContain('1 missing, 0 warnings, 0 fine');
});

describe('bad input is one clear line each', () => {
  test('no credentials', async () => {
    const { code, stdout, stderr } = await preflight([]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toEqual([expect.stringMatching(/^preflight: No AWS credentials: .+ set AWS_PROFILE/)]);
  });

  test('AWS out of reach', async () => {
    const { code, stderr } = await preflight([], {
      ...emulator.environment,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    });
    expect(code).toBe(1);
    expect(stderr).toEqual([expect.stringMatching(/^preflight: AWS can't be reached: connect ECONNREFUSED/)]);
  });

  test('regions that do not exist', async () => {
    const file = join(folder.path, 'deployment.json');
    const regions = ['eu-central-9', 'xx-north-1'].map((name) => ({ name }));
    await writeFile(file, JSON.stringify({ ...deploymentOf(), regions }));
    const { code, stderr } = await preflight(['--deployment', file], emulator.environment);
    expect(code).toBe(2);
    expect(stderr).toEqual([
      `preflight: ${file}: regions.0.name: there is no AWS region eu-central-9`,
      `preflight: ${file}: regions.1.name: there is no AWS region xx-north-1`,
    ]);
  });

  test('a region that is not in the file', async () => {
    const { code, stderr } = await preflight(['--region', 'eu-west-1']);
    expect(code).toBe(2);
    expect(stderr[0]).toBe(
      'preflight: --region: eu-west-1 is not in deployment.json, which has eu-central-1',
    );
  });
});
