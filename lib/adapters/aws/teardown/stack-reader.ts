import {
  type CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import type { KeptResource, StackState } from '../../../teardown/policy/region-state.ts';
import { isGone } from './account-faults.ts';

/** A deployed stack and what it consists of. */
export interface DeployedStack extends StackState {
  /** Physical ids of existing resources of a type. `kept`: only those that the stack leaves behind, or only the others. */
  ids(type: string, kept?: boolean): string[];
  readonly kept: readonly KeptResource[];
}

export async function readStack(
  client: CloudFormationClient,
  name: string,
): Promise<DeployedStack | undefined> {
  const { Stacks: [stack] = [] } = await client
    .send(new DescribeStacksCommand({ StackName: name }))
    .catch((cause: unknown) => {
      if (isGone(cause)) return { Stacks: [] };
      throw cause;
    });
  if (!stack || stack.StackStatus === 'DELETE_COMPLETE') return undefined;
  const resources: StackResourceSummary[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: name })) {
    resources.push(...(page.StackResourceSummaries ?? []));
  }
  const existing = resources.filter(
    ({ ResourceStatus, PhysicalResourceId }) =>
      ResourceStatus !== 'DELETE_COMPLETE' && ResourceStatus !== 'DELETE_SKIPPED' && PhysicalResourceId,
  );
  const isKept = await keptIn(client, name);
  const kept = existing.filter(({ LogicalResourceId }) => isKept(LogicalResourceId ?? ''));
  return {
    name,
    status: stack.StackStatus ?? '',
    terminationProtection: stack.EnableTerminationProtection ?? false,
    failures: resources
      .filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_FAILED')
      .map(({ LogicalResourceId = '', PhysicalResourceId = '', ResourceStatusReason = '' }) => ({
        resource: `${LogicalResourceId} (${PhysicalResourceId})`,
        reason: ResourceStatusReason,
      })),
    ids: (type, ofKept) =>
      existing
        .filter((one) => one.ResourceType === type && (ofKept === undefined || kept.includes(one) === ofKept))
        .map(({ PhysicalResourceId = '' }) => PhysicalResourceId),
    // A custom resource is only a call; it costs nothing and can't be seen.
    kept: kept
      .filter(({ ResourceType }) => !ResourceType?.startsWith('Custom::'))
      .map(({ ResourceType: type = '', PhysicalResourceId: id = '' }) => ({ type, id })),
  };
}

/** By the deployed template, not by the deployment file: the file may have changed since. */
async function keptIn(client: CloudFormationClient, name: string): Promise<(id: string) => boolean> {
  const { TemplateBody = '{}' } = await client.send(new GetTemplateCommand({ StackName: name }));
  const { Resources } = JSON.parse(TemplateBody) as {
    Resources?: Record<string, { DeletionPolicy?: string }>;
  };
  return (id) => Resources?.[id]?.DeletionPolicy?.startsWith('Retain') ?? false;
}
