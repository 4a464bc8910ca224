import {
  DescribeAutoScalingGroupsCommand,
  SetInstanceProtectionCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { DeleteLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DeleteNetworkInterfaceCommand, DeleteSecurityGroupCommand } from '@aws-sdk/client-ec2';
import {
  DeleteServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  paginateListTasks,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import { ModifyLoadBalancerAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { DisableRuleCommand } from '@aws-sdk/client-eventbridge';
import { DeleteEndpointGroupCommand, UpdateEndpointGroupCommand } from '@aws-sdk/client-global-accelerator';
import { DeleteObjectsCommand, PutBucketLoggingCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { AccountError } from '../../../teardown/ports.ts';
import { ignoreGone } from './account-faults.ts';
import type { RegionClients } from './clients.ts';
import { type Waiting, waitUntilGone } from './waiting.ts';

/** What AWS allows in one call. */
const servicesPerCall = 10;
const tasksPerCall = 100;
const instancesPerCall = 50;

const minute = 60_000;
/** A worker may take two minutes to stop, and so may each balancer’s last connection. */
const tasksLimitMs = 20 * minute;
/** An instance first drains, then shuts down. */
const instancesLimitMs = 30 * minute;
/** Global Accelerator removes its interfaces in the background. */
const interfacesLimitMs = 60 * minute;

const batches = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

export async function disableSchedules(
  { schedules }: RegionClients,
  rules: readonly string[],
): Promise<void> {
  for (const Name of rules) await ignoreGone(schedules.send(new DisableRuleCommand({ Name })));
}

export async function closeEntrance({ accelerator }: RegionClients, arns: readonly string[]): Promise<void> {
  for (const EndpointGroupArn of arns) {
    await ignoreGone(
      accelerator.send(new UpdateEndpointGroupCommand({ EndpointGroupArn, TrafficDialPercentage: 0 })),
    );
  }
}

/** Tasks are stopped one by one: unlike scaling in, that also stops protected ones. */
export async function deleteServices(
  { containers: client }: RegionClients,
  { cluster, services }: { readonly cluster: string; readonly services: readonly string[] },
  waiting: Waiting,
): Promise<void> {
  for (const service of services) {
    await ignoreGone(client.send(new DeleteServiceCommand({ cluster, service, force: true })));
  }
  const stopped = new Set<string>();
  await waitUntilGone(
    async () => {
      const running = await tasksIn(client, cluster, 'RUNNING');
      for (const task of running.filter((arn) => !stopped.has(arn))) {
        stopped.add(task);
        const reason = 'The region is being torn down';
        await ignoreGone(client.send(new StopTaskCommand({ cluster, task, reason })));
      }
      // Until it has stopped, its network interface stays.
      let stopping = 0;
      for (const batch of batches(await tasksIn(client, cluster, 'STOPPED'), tasksPerCall)) {
        const { tasks = [] } = await client.send(new DescribeTasksCommand({ cluster, tasks: batch }));
        stopping += tasks.filter(({ lastStatus }) => lastStatus !== 'STOPPED').length;
      }
      let draining = 0;
      for (const batch of batches(services, servicesPerCall)) {
        const found = await client.send(new DescribeServicesCommand({ cluster, services: batch }));
        draining += (found.services ?? []).filter(({ status }) => status !== 'INACTIVE').length;
      }
      const tasks = running.length + stopping;
      return tasks + draining === 0 ? undefined : `${draining} services and ${tasks} tasks are stopping`;
    },
    { ...waiting, limitMs: tasksLimitMs },
  );
}

/** By the status that ECS wants them to have; those that it stops stay listed for an hour. */
async function tasksIn(
  client: RegionClients['containers'],
  cluster: string,
  desiredStatus: 'RUNNING' | 'STOPPED',
): Promise<string[]> {
  const found: string[] = [];
  for await (const { taskArns = [] } of paginateListTasks({ client }, { cluster, desiredStatus }))
    found.push(...taskArns);
  return found;
}

export async function releaseInstances(
  { instances: client }: RegionClients,
  group: string,
  waiting: Waiting,
): Promise<void> {
  const describe = async () => {
    const { AutoScalingGroups: [found] = [] } = await client.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }),
    );
    return found?.Instances ?? [];
  };
  const limits = { AutoScalingGroupName: group, MinSize: 0, NewInstancesProtectedFromScaleIn: false };
  await client.send(new UpdateAutoScalingGroupCommand(limits));
  const held = (await describe()).filter(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn);
  for (const batch of batches(held, instancesPerCall)) {
    await client.send(
      new SetInstanceProtectionCommand({
        AutoScalingGroupName: group,
        InstanceIds: batch.map(({ InstanceId = '' }) => InstanceId),
        ProtectedFromScaleIn: false,
      }),
    );
  }
  await client.send(new UpdateAutoScalingGroupCommand({ ...limits, MaxSize: 0, DesiredCapacity: 0 }));
  await waitUntilGone(
    async () => {
      const { length } = await describe();
      return length === 0 ? undefined : `${length} instances of ${group} are ending`;
    },
    { ...waiting, limitMs: instancesLimitMs },
  );
}

/** `interfaces`: those of Global Accelerator that are left in the region’s network. */
export async function detachAccelerator(
  { accelerator }: RegionClients,
  arns: readonly string[],
  interfaces: () => Promise<readonly string[]>,
  waiting: Waiting,
): Promise<void> {
  for (const EndpointGroupArn of arns) {
    await ignoreGone(accelerator.send(new DeleteEndpointGroupCommand({ EndpointGroupArn })));
  }
  await waitUntilGone(
    async () => {
      const left = await interfaces();
      return left.length === 0 ? undefined : `Global Accelerator’s network interfaces ${left.join(', ')}`;
    },
    { ...waiting, limitMs: interfacesLimitMs },
  );
}

export async function deleteSecurityGroups(
  { network }: RegionClients,
  groups: readonly string[],
): Promise<void> {
  for (const GroupId of groups) await ignoreGone(network.send(new DeleteSecurityGroupCommand({ GroupId })));
}

export async function deleteInterfaces({ network }: RegionClients, ids: readonly string[]): Promise<void> {
  for (const NetworkInterfaceId of ids)
    await ignoreGone(network.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId })));
}

export async function unprotectBalancer({ balancers }: RegionClients, arn: string): Promise<void> {
  const Attributes = [{ Key: 'deletion_protection.enabled', Value: 'false' }];
  await ignoreGone(
    balancers.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: arn, Attributes })),
  );
}

export async function emptyBucket(
  { objects: client }: RegionClients,
  Bucket: string,
  progress: (words: string) => void,
): Promise<void> {
  // Otherwise each deletion would be logged, in a bucket that is about to be deleted too.
  await client.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: {} }));
  let deleted = 0;
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
    if (Contents.length === 0) continue;
    const Objects = Contents.map(({ Key = '' }) => ({ Key }));
    const { Errors: [error] = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
    );
    if (error) throw new AccountError(`${Bucket}/${error.Key} cannot be deleted: ${error.Message}`);
    deleted += Objects.length;
    progress(`${deleted} objects deleted`);
  }
}

export async function deleteLogGroups({ logs }: RegionClients, names: readonly string[]): Promise<void> {
  for (const logGroupName of names) await ignoreGone(logs.send(new DeleteLogGroupCommand({ logGroupName })));
}
