import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { paginateDescribeNetworkInterfaces, paginateDescribeSecurityGroups } from '@aws-sdk/client-ec2';
import { DescribeClustersCommand, paginateListServices } from '@aws-sdk/client-ecs';
import { DescribeLoadBalancerAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeRuleCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import {
  paginateListAccelerators,
  paginateListEndpointGroups,
  paginateListListeners,
} from '@aws-sdk/client-global-accelerator';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { ClusterState, EndpointGroup, InstanceGroup } from '../../../teardown/policy/region-state.ts';
import { isGone } from './account-faults.ts';
import type { RegionClients } from './clients.ts';
import type { DeployedStack } from './stack-reader.ts';

/** Named by Global Accelerator; it makes one in each network that it sends traffic to. */
const acceleratorGroupName = 'GlobalAccelerator';
/** AWS adds a word of its own. */
const vpcOriginGroupName = 'CloudFront-VPCOrigins-Service-SG';

/** By name, because the region's stack may already be half deleted. */
export async function readEndpointGroups(
  { accelerator: client }: RegionClients,
  acceleratorName: string,
  region: string,
): Promise<EndpointGroup[]> {
  const found: EndpointGroup[] = [];
  for await (const { Accelerators = [] } of paginateListAccelerators({ client }, {})) {
    for (const { AcceleratorArn } of Accelerators.filter(({ Name }) => Name === acceleratorName)) {
      for await (const { Listeners = [] } of paginateListListeners({ client }, { AcceleratorArn })) {
        for (const { ListenerArn } of Listeners) {
          for await (const page of paginateListEndpointGroups({ client }, { ListenerArn })) {
            for (const group of page.EndpointGroups ?? []) {
              if (group.EndpointGroupRegion !== region) continue;
              found.push({
                arn: group.EndpointGroupArn ?? '',
                trafficDialPercent: group.TrafficDialPercentage ?? 100,
              });
            }
          }
        }
      }
    }
  }
  return found;
}

export async function readCluster(
  { containers: client }: RegionClients,
  stack: DeployedStack,
): Promise<ClusterState | undefined> {
  const [name] = stack.ids('AWS::ECS::Cluster');
  if (name === undefined) return undefined;
  const { clusters: [cluster] = [] } = await client.send(new DescribeClustersCommand({ clusters: [name] }));
  if (cluster?.status !== 'ACTIVE') return undefined;
  const services: string[] = [];
  for await (const { serviceArns = [] } of paginateListServices({ client }, { cluster: name })) {
    services.push(...serviceArns.map((arn) => arn.split('/').at(-1) ?? arn));
  }
  return {
    name,
    services,
    tasks: (cluster.runningTasksCount ?? 0) + (cluster.pendingTasksCount ?? 0),
  };
}

/** Schedules are on the account's own bus; the names of rules on another begin with its name. */
export function readSchedules({ schedules: client }: RegionClients, stack: DeployedStack): Promise<string[]> {
  const rules = stack.ids('AWS::Events::Rule').filter((name) => !name.includes('|'));
  return those(rules, async (Name) => {
    const { State, ScheduleExpression } = await client.send(new DescribeRuleCommand({ Name }));
    if (State === 'DISABLED' || ScheduleExpression === undefined) return false;
    const { Targets = [] } = await client.send(new ListTargetsByRuleCommand({ Rule: Name }));
    return Targets.some(({ EcsParameters }) => EcsParameters !== undefined);
  });
}

export async function readInstanceGroups(
  { instances: client }: RegionClients,
  stack: DeployedStack,
): Promise<InstanceGroup[]> {
  const names = stack.ids('AWS::AutoScaling::AutoScalingGroup');
  // Without names, AWS would list every group of the account.
  if (names.length === 0) return [];
  const { AutoScalingGroups = [] } = await client.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: names }),
  );
  return AutoScalingGroups.map(({ AutoScalingGroupName: name = '', Instances = [] }) => ({
    name,
    instances: Instances.length,
  }));
}

export function readProtectedBalancers(
  { balancers: client }: RegionClients,
  stack: DeployedStack,
): Promise<string[]> {
  return those(stack.ids('AWS::ElasticLoadBalancingV2::LoadBalancer'), async (arn) => {
    const { Attributes = [] } = await client.send(
      new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn }),
    );
    return Attributes.some(({ Key, Value }) => Key === 'deletion_protection.enabled' && Value === 'true');
  });
}

export function readFullBuckets({ objects: client }: RegionClients, stack: DeployedStack): Promise<string[]> {
  return those(stack.ids('AWS::S3::Bucket', false), async (bucket) => {
    const { KeyCount = 0 } = await client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }));
    return KeyCount > 0;
  });
}

export function readProtectedTables(
  { tables: client }: RegionClients,
  stack: DeployedStack,
): Promise<string[]> {
  return those(stack.ids('AWS::DynamoDB::Table', false), async (name) => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    return Table?.DeletionProtectionEnabled ?? false;
  });
}

/** What in the stack's own network is not part of the stack. A network that the stack only uses is left alone. */
export async function readNetwork({ network: client }: RegionClients, stack: DeployedStack) {
  const [vpc] = stack.ids('AWS::EC2::VPC');
  if (vpc === undefined)
    return { acceleratorGroups: [], vpcOriginGroups: [], acceleratorInterfaces: [], unusedInterfaces: [] };
  // While there is one, CloudFront uses the group.
  const withVpcOrigin = stack.ids('AWS::CloudFront::VpcOrigin').length > 0;
  const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
  const acceleratorGroups: string[] = [];
  const vpcOriginGroups: string[] = [];
  for await (const { SecurityGroups = [] } of paginateDescribeSecurityGroups({ client }, { Filters })) {
    for (const { GroupName = '', GroupId = '' } of SecurityGroups) {
      if (GroupName === acceleratorGroupName) acceleratorGroups.push(GroupId);
      if (!withVpcOrigin && GroupName.startsWith(vpcOriginGroupName)) vpcOriginGroups.push(GroupId);
    }
  }
  const acceleratorInterfaces: string[] = [];
  const unusedInterfaces: string[] = [];
  for await (const page of paginateDescribeNetworkInterfaces({ client }, { Filters })) {
    for (const { NetworkInterfaceId: id = '', Groups = [], Status } of page.NetworkInterfaces ?? []) {
      if (Groups.some(({ GroupName }) => GroupName === acceleratorGroupName)) acceleratorInterfaces.push(id);
      else if (Status === 'available') unusedInterfaces.push(id);
    }
  }
  return { acceleratorGroups, vpcOriginGroups, acceleratorInterfaces, unusedInterfaces };
}

/**
 * Log groups that Lambda and ECS made for functions and the cluster. A function without a name is called after its stack, its logical
 * id and a random word.
 */
export async function readLogGroups(
  { logs: client }: RegionClients,
  stackName: string,
  clusterName: string,
): Promise<string[]> {
  const functions = new RegExp(`^/aws/lambda/${stackName}-[0-9A-Za-z]+-[0-9A-Za-z]+$`);
  const found: string[] = [];
  for (const logGroupNamePrefix of [
    `/aws/lambda/${stackName}-`,
    `/aws/ecs/containerinsights/${clusterName}/`,
  ]) {
    for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, { logGroupNamePrefix })) {
      for (const { logGroupName = '' } of logGroups) {
        if (!logGroupName.startsWith('/aws/lambda/') || functions.test(logGroupName))
          found.push(logGroupName);
      }
    }
  }
  return found;
}

/** The ids for which `holds`; resources that are already gone are left out. */
async function those(ids: readonly string[], holds: (id: string) => Promise<boolean>): Promise<string[]> {
  const kept: string[] = [];
  for (const id of ids) {
    const held = await holds(id).catch((cause: unknown) => {
      if (isGone(cause)) return false;
      throw cause;
    });
    if (held) kept.push(id);
  }
  return kept;
}
