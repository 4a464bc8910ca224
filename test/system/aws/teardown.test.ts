import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  DeleteNetworkInterfaceCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { ECSClient, RunTaskCommand } from '@aws-sdk/client-ecs';
import {
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import * as globalAccelerator from '@aws-sdk/client-global-accelerator';
import { HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openDynamoControlStore } from '../../../lib/adapters/aws/dynamodb/dynamo-control-store.ts';
import { openRegionAccount } from '../../../lib/adapters/aws/teardown/region-account.ts';
import type { MemberId } from '../../../lib/routing/ids.ts';
import { tearDown } from '../../../lib/teardown/teardown.ts';
import {
  type AwsCall,
  AwsFault,
  type AwsStandIn,
  startAwsStandIn,
} from '../../../testkit/aws/aws-stand-in.ts';
import { type AwsEmulator, startEmulator } from '../../../testkit/aws/emulator.ts';

// The emulator deletes a stack whatever still uses it, so what AWS would refuse is shown by the order of the steps, in
// test/teardown/. It has no Global Accelerator: a stand-in follows its rules, and removes its interface in the emulated network.

const name = 'headwater';
const region = 'eu-central-1';
const stackName = `${name}-${region}`;
const groupArn = 'arn:aws:globalaccelerator::123456789012:accelerator/a/listener/b/endpoint-group/c';

/** The parts of a region's cell that the emulator's CloudFormation knows, and that are in the way of its deletion. */
const template = {
  Resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    Subnet: {
      Type: 'AWS::EC2::Subnet',
      Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/20', AvailabilityZone: `${region}a` },
    },
    Cluster: { Type: 'AWS::ECS::Cluster', Properties: { ClusterName: name } },
    Task: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: {
        Family: 'proxy',
        Cpu: '256',
        Memory: '512',
        NetworkMode: 'awsvpc',
        RequiresCompatibilities: ['FARGATE'],
        ContainerDefinitions: [{ Name: 'proxy', Image: 'proxy', Memory: 512 }],
      },
    },
    Service: {
      Type: 'AWS::ECS::Service',
      Properties: {
        Cluster: { Ref: 'Cluster' },
        TaskDefinition: { Ref: 'Task' },
        DesiredCount: 1,
        ServiceName: 'ingest',
      },
    },
    Canary: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: 'canary',
        ScheduleExpression: 'cron(0 * * * ? *)',
        State: 'ENABLED',
        Targets: [
          {
            Id: 'task',
            Arn: { 'Fn::GetAtt': ['Cluster', 'Arn'] },
            RoleArn: 'arn:aws:iam::123456789012:role/starter',
            EcsParameters: { TaskDefinitionArn: { Ref: 'Task' } },
          },
        ],
      },
    },
    Launch: {
      Type: 'AWS::AutoScaling::LaunchConfiguration',
      Properties: { ImageId: 'ami-12c6146b', InstanceType: 'g6.xlarge' },
    },
    Gpus: {
      Type: 'AWS::AutoScaling::AutoScalingGroup',
      Properties: {
        LaunchConfigurationName: { Ref: 'Launch' },
        NewInstancesProtectedFromScaleIn: true,
        MinSize: '2',
        MaxSize: '4',
        DesiredCapacity: '2',
        VPCZoneIdentifier: [{ Ref: 'Subnet' }],
        AvailabilityZones: [`${region}a`],
      },
    },
    Balancer: {
      Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
      Properties: { Name: 'pop', Type: 'network', Scheme: 'internal', Subnets: [{ Ref: 'Subnet' }] },
    },
    AccessLogs: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'logs' }, DeletionPolicy: 'Delete' },
    Origin: {
      Type: 'AWS::S3::Bucket',
      Properties: { BucketName: 'recordings' },
      DeletionPolicy: 'RetainExceptOnCreate',
    },
    Fleet: {
      Type: 'AWS::DynamoDB::Table',
      DeletionPolicy: 'Retain',
      Properties: {
        TableName: `${name}-fleet`,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'role', AttributeType: 'S' },
          { AttributeName: 'id', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'role', KeyType: 'HASH' },
          { AttributeName: 'id', KeyType: 'RANGE' },
        ],
      },
    },
  },
};

let emulator: AwsEmulator;
let accelerator: AwsStandIn;
const opened: { destroy(): void }[] = [];
/** A client of the emulator, closed at the end. */
function to<Client extends { destroy(): void }>(
  Made: new (settings: AwsEmulator['client']) => Client,
): Client {
  const client = new Made(structuredClone(emulator.client));
  opened.push(client);
  return client;
}

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(async () => {
  for (const client of opened) client.destroy();
  await emulator.stop();
});

/** Global Accelerator's interface in the region's network. */
let interfaceId: string | undefined;
let dial: number;
let attached: boolean;

beforeEach(async () => {
  dial = 100;
  attached = true;
  accelerator = await startAwsStandIn({
    client: globalAccelerator,
    format: 'json-rpc',
    answer: answerAccelerator,
  });
});
afterEach(() => accelerator.stop());

async function answerAccelerator({ operation, input }: AwsCall) {
  const group = { EndpointGroupArn: groupArn, EndpointGroupRegion: region, TrafficDialPercentage: dial };
  switch (operation) {
    case 'ListAccelerators':
      return {
        Accelerators: [
          { AcceleratorArn: 'arn:other', Name: `${name}-us-east-1` },
          { AcceleratorArn: 'arn:ours', Name: stackName },
        ],
      };
    case 'ListListeners':
      return { Listeners: input.AcceleratorArn === 'arn:ours' ? [{ ListenerArn: 'arn:listener' }] : [] };
    case 'ListEndpointGroups':
      return { EndpointGroups: attached ? [group] : [] };
    case 'UpdateEndpointGroup':
      dial = input.TrafficDialPercentage;
      return { EndpointGroup: { ...group, TrafficDialPercentage: dial } };
    case 'DeleteEndpointGroup':
      attached = false;
      await to(EC2Client).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: interfaceId }));
      return {};
    default:
      return new AwsFault('InvalidArgumentException');
  }
}

/** Deploys the region and what AWS adds to it; returns the physical ids. */
async function deploy(): Promise<(logicalId: string) => string> {
  const stacks = to(CloudFormationClient);
  await stacks.send(new CreateStackCommand({ StackName: stackName, TemplateBody: JSON.stringify(template) }));
  const { StackResourceSummaries = [] } = await stacks.send(
    new ListStackResourcesCommand({ StackName: stackName }),
  );
  const id = (logicalId: string): string =>
    StackResourceSummaries.find(({ LogicalResourceId }) => LogicalResourceId === logicalId)
      ?.PhysicalResourceId ?? '';
  const network = to(EC2Client);
  const { GroupId = '' } = await network.send(
    new CreateSecurityGroupCommand({
      VpcId: id('Vpc'),
      GroupName: 'GlobalAccelerator',
      Description: 'made by it',
    }),
  );
  const { NetworkInterface } = await network.send(
    new CreateNetworkInterfaceCommand({ SubnetId: id('Subnet'), Groups: [GroupId] }),
  );
  interfaceId = NetworkInterface?.NetworkInterfaceId;
  await to(ElasticLoadBalancingV2Client).send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn: id('Balancer'),
      Attributes: [{ Key: 'deletion_protection.enabled', Value: 'true' }],
    }),
  );
  await to(ECSClient).send(
    new RunTaskCommand({
      cluster: name,
      taskDefinition: 'proxy',
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: [id('Subnet')] } },
    }),
  );
  const objects = to(S3Client);
  for (const Bucket of ['logs', 'recordings'])
    await objects.send(new PutObjectCommand({ Bucket, Key: 'one', Body: 'x' }));
  const logs = to(CloudWatchLogsClient);
  for (const logGroupName of [
    `/aws/lambda/${stackName}-CustomHandler-0aZ`,
    `/aws/lambda/${stackName}-eu-west-1-CustomHandler-0aZ`,
    `/aws/ecs/containerinsights/${name}/performance`,
  ])
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
  return id;
}

const openAccount = () =>
  openRegionAccount({
    name,
    region,
    client: emulator.client,
    acceleratorClient: accelerator.settings,
    destroy: async (StackName) =>
      void (await to(CloudFormationClient).send(new DeleteStackCommand({ StackName }))),
    pollMs: 20,
    heartbeatMs: 300,
  });

test('a region is deleted with all that AWS left in its way, after its broadcasts have ended', async () => {
  const id = await deploy();
  const store = openDynamoControlStore({
    tablePrefix: name,
    client: new DynamoDBClient(structuredClone(emulator.client)),
    giveUpAfterMs: 20_000,
  });
  let load = 2;
  const worker = { role: 'encoder', host: '10.0.0.9', port: 7_000, capacity: 4, state: 'active' } as const;
  await store.heartbeat({ ...worker, id: 'died-on-air' as MemberId, load: 3 });
  let beating = true;
  const heart = (async () => {
    while (beating) await store.heartbeat({ ...worker, id: 'alive' as MemberId, load });
  })();

  const account = openAccount();
  const lines: string[] = [];
  const said = () => lines.join('\n');
  try {
    await account.read().then((state) => {
      expect(state).toMatchObject({
        account: '123456789012',
        stack: { terminationProtection: false },
        schedules: ['canary'],
        endpointGroups: [{ arn: groupArn, trafficDialPercent: 100 }],
        broadcasts: 2,
        cluster: { name, services: ['ingest'], tasks: 1 },
        instanceGroups: [{ instances: 2 }],
        protectedBalancers: [id('Balancer')],
        fullBuckets: ['logs'],
        protectedTables: [],
        acceleratorGroups: [expect.stringMatching(/^sg-/)],
        kept: [
          { type: 'AWS::S3::Bucket', id: 'recordings' },
          { type: 'AWS::DynamoDB::Table', id: `${name}-fleet` },
        ],
      });
      expect(state.logGroups).toEqual([
        `/aws/lambda/${stackName}-CustomHandler-0aZ`,
        `/aws/ecs/containerinsights/${name}/performance`,
      ]);
    });
    await tearDown(account, { act: false, now: false, say: (line) => void lines.push(line) });
    expect(said()).toContain('Wait until 2 broadcasts on air have ended');
    expect(accelerator.calls.map(({ operation }) => operation)).not.toContain('UpdateEndpointGroup');
    expect(dial).toBe(100);

    await tearDown(account, {
      act: true,
      now: false,
      say(line) {
        lines.push(line);
        // It waits: now they end.
        if (line.trim() === '2 on air') load = 0;
      },
    });
  } finally {
    beating = false;
    await heart;
    store.close();
  }

  expect(dial).toBe(0);
  const done = lines.filter((line) => /^\[\d/.test(line));
  expect(done.map((line) => line.replace(/^\[\d+\/\d+\] (\w+).*/, '$1'))).toEqual([
    ...['Turn', 'Set', 'Wait', 'Delete', 'End', 'Delete', 'Delete', 'Turn', 'Delete', 'npx', 'Delete'],
  ]);
  const after = await account.read();
  expect(after.stack).toBeUndefined();
  expect(after.logGroups).toEqual([]);
  account.close();
  await to(S3Client).send(new HeadBucketCommand({ Bucket: 'recordings' }));
  await expect(to(S3Client).send(new HeadBucketCommand({ Bucket: 'logs' }))).rejects.toThrow();
  const { SecurityGroups } = await to(EC2Client).send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: ['GlobalAccelerator'] }] }),
  );
  expect(SecurityGroups).toEqual([]);
  const { logGroups = [] } = await to(CloudWatchLogsClient).send(new DescribeLogGroupsCommand({}));
  expect(logGroups.map(({ logGroupName }) => logGroupName)).toEqual([
    `/aws/lambda/${stackName}-eu-west-1-CustomHandler-0aZ`,
  ]);
});
