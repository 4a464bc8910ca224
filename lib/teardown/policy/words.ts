import { popStackNames } from '../../config/accounts.ts';
import type { Deployment } from '../../config/deployment.ts';
import { edgeStackName } from '../../config/names.ts';
import type { Step } from './plan.ts';
import type { KeptResource } from './region-state.ts';

export interface StepWords {
  readonly what: string;
  readonly why: string;
}

const some = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** For people: what a step does and why it is needed. */
export function stepWords(step: Step): StepWords {
  switch (step.kind) {
    case 'disable-schedules':
      return {
        what: `Turn off the canary’s schedule (${step.schedules.join(', ')})`,
        why: 'It would start tasks in the network while that is being deleted.',
      };
    case 'close-entrance':
      return {
        what: `Set the traffic dial of ${some(step.endpointGroups.length, 'endpoint group')} to 0`,
        why: 'No new broadcaster comes in; those on air stay.',
      };
    case 'await-broadcasts':
      return {
        what: `Wait until ${some(step.broadcasts, 'broadcast')} on air ${step.broadcasts === 1 ? 'has' : 'have'} ended`,
        why: 'Deleting their workers would cut them off. --now does so.',
      };
    case 'delete-services':
      return {
        what: `Delete ${some(step.services.length, 'service')} of the cluster ${step.cluster} and stop ${some(step.tasks, 'task')}${step.broadcasts > 0 ? `, which ends ${some(step.broadcasts, 'broadcast')}` : ''}`,
        why: 'ECS keeps capacity providers while a service uses them, and protected tasks would hold the deletion up for hours.',
      };
    case 'release-instances':
      return {
        what: `End ${some(step.instances, 'instance')} of the Auto Scaling group ${step.group}`,
        why: 'They are protected from scale-in, so the group could never be deleted.',
      };
    case 'delete-channels':
      return {
        what: `Stop and delete ${some(step.channels, 'MediaLive channel')} and ${some(step.inputs, 'input')}`,
        why: 'Their network interfaces keep the network, and they cost money; the function that removes them is about to be deleted.',
      };
    case 'detach-accelerator':
      return {
        what: `Delete ${some(step.endpointGroups.length, 'endpoint group')} and wait for Global Accelerator’s network interfaces to go`,
        why: 'They keep the subnets and the internet gateway.',
      };
    case 'delete-accelerator-groups':
      return {
        what: `Delete the security group GlobalAccelerator (${step.securityGroups.join(', ')})`,
        why: 'Global Accelerator made it in the network, never deletes it, and it keeps the network.',
      };
    case 'delete-vpc-origin-groups':
      return {
        what: `Delete the security group CloudFront-VPCOrigins-Service-SG (${step.securityGroups.join(', ')})`,
        why: 'CloudFront made it in the network and deletes it late; until then it keeps the network.',
      };
    case 'delete-interfaces':
      return {
        what: `Delete ${some(step.interfaces.length, 'unused network interface')} (${step.interfaces.join(', ')})`,
        why: 'They keep their subnets and security groups.',
      };
    case 'unprotect-balancer':
      return {
        what: `Turn off deletion protection of the balancer ${step.balancer}`,
        why: 'CloudFormation does not delete a protected balancer.',
      };
    case 'empty-bucket':
      return {
        what: `Delete everything in the bucket ${step.bucket}, for good`,
        why: '`retention.keepOnDelete` is false, and the stack’s own function has only 15 minutes to empty a bucket.',
      };
    case 'destroy-stack':
      return {
        what: `npx cdk destroy -e ${step.stack}`,
        why: 'Everything else in the region is part of this stack.',
      };
    case 'delete-log-groups':
      return {
        what: `Delete ${some(step.logGroups.length, 'log group')} (${step.logGroups.join(', ')})`,
        why: 'AWS made them beside the stack and keeps them forever.',
      };
  }
}

const keptKinds: Readonly<Record<string, string>> = {
  'AWS::S3::Bucket': 'bucket',
  'AWS::DynamoDB::Table': 'table',
  'AWS::KMS::Key': 'key',
  'AWS::SecretsManager::Secret': 'secret',
  'AWS::Logs::LogGroup': 'log group',
};

export const keptWords = ({ type, id }: KeptResource): string => `${keptKinds[type] ?? type} ${id}`;

export interface Surroundings {
  readonly region: string;
  readonly deployment: Deployment;
  /** Path of the deployment file, as given. */
  readonly file: string;
}

/** What is left to do by hand once the region is gone. */
export function nextWords({ region, deployment, file }: Surroundings): string {
  const edge = edgeStackName(deployment.name);
  const pops = popStackNames(deployment);
  const rest = { ...deployment, regions: deployment.regions.filter(({ name }) => name !== region) };
  if (rest.regions.length === 0)
    return `It was the last region in ${file}. To delete the rest: npx cdk destroy ${edge} ${pops.join(' ')}`;
  const left = popStackNames(rest);
  const then = `remove ${region} from ${file}, then: npx cdk deploy -e ${[...left, edge].join(' ')}`;
  // Without the region there is no such stack in the app any more.
  const unused = pops.filter((pop) => !left.includes(pop));
  return unused.length > 0
    ? `It was the last region in its account: npx cdk destroy -e ${unused.join(' ')}. Then ${then}`
    : `Now ${then}`;
}
