import type { KeptResource, RegionState } from './region-state.ts';

/** One action on the account. Steps with a count find their subjects again when they run: hours may have passed. */
export type Step =
  | { readonly kind: 'disable-schedules'; readonly schedules: readonly string[] }
  | { readonly kind: 'close-entrance'; readonly endpointGroups: readonly string[] }
  | { readonly kind: 'await-broadcasts'; readonly broadcasts: number }
  | { readonly kind: 'delete-channels'; readonly channels: number; readonly inputs: number }
  | {
      readonly kind: 'delete-services';
      readonly cluster: string;
      readonly services: readonly string[];
      readonly tasks: number;
      /** Broadcasts that this ends. */
      readonly broadcasts: number;
    }
  | { readonly kind: 'release-instances'; readonly group: string; readonly instances: number }
  | { readonly kind: 'detach-accelerator'; readonly endpointGroups: readonly string[] }
  | { readonly kind: 'delete-accelerator-groups'; readonly securityGroups: readonly string[] }
  | { readonly kind: 'delete-vpc-origin-groups'; readonly securityGroups: readonly string[] }
  | { readonly kind: 'delete-interfaces'; readonly interfaces: readonly string[] }
  | { readonly kind: 'unprotect-balancer'; readonly balancer: string }
  | { readonly kind: 'empty-bucket'; readonly bucket: string }
  | { readonly kind: 'destroy-stack'; readonly stack: string }
  | { readonly kind: 'delete-log-groups'; readonly logGroups: readonly string[] };

export interface Plan {
  readonly steps: readonly Step[];
  readonly kept: readonly KeptResource[];
}

export interface Refusal {
  /** Why nothing is done, and what to do first. */
  readonly refused: string;
}

export interface PlanRequest {
  /** End broadcasts instead of waiting for them. */
  readonly now: boolean;
  /** The region's account in the deployment file. @default any */
  readonly account?: string;
}

/**
 * The steps that take a region down, in order. People first: no new broadcaster comes in, those on air finish. Then everything that
 * would keep CloudFormation from deleting the stack, from the tasks outwards to the network; then the stack; then what AWS made beside it.
 *
 * A step is planned only if the account needs it, so that a teardown that was interrupted goes on where it stopped.
 */
export function planTeardown(state: RegionState, request: PlanRequest): Plan | Refusal {
  const { stack } = state;
  // First of all: in another account, there seems to be no stack.
  const refused = otherAccount(state, request) ?? (stack && refusalOf(stack, state));
  if (refused !== undefined) return { refused };
  return {
    steps: stack
      ? [
          ...peopleSteps(state, request),
          ...obstacleSteps(state, request),
          destroyStep(stack.name),
          ...leftovers(state),
        ]
      : [...leftovers(state)],
    kept: state.kept,
  };
}

const otherAccount = ({ account }: RegionState, request: PlanRequest): string | undefined =>
  request.account !== undefined && account !== request.account
    ? `The credentials are for account ${account}, but the deployment file names ${request.account} for this region. Use credentials for that account.`
    : undefined;

/** What people protected by hand, they must release by hand. */
function refusalOf(
  { name, status, terminationProtection }: NonNullable<RegionState['stack']>,
  { protectedTables }: RegionState,
): string | undefined {
  if (status.endsWith('_IN_PROGRESS'))
    return `${name} is being changed (${status}). Wait until that has finished, then run the command again.`;
  if (terminationProtection)
    return `${name} has termination protection, which someone turned on by hand. If it may be deleted: aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${name}`;
  const [table] = protectedTables;
  if (table !== undefined)
    return `The table ${table} has deletion protection, which someone turned on by hand. If its streams may be deleted: aws dynamodb update-table --no-deletion-protection-enabled --table-name ${table}`;
  return undefined;
}

function* peopleSteps(
  { schedules, endpointGroups, broadcasts }: RegionState,
  { now }: PlanRequest,
): Generator<Step> {
  // It would broadcast, and start tasks while the network goes.
  if (schedules.length > 0) yield { kind: 'disable-schedules', schedules };
  const open = endpointGroups.filter(({ trafficDialPercent }) => trafficDialPercent > 0);
  if (open.length > 0) yield { kind: 'close-entrance', endpointGroups: open.map(({ arn }) => arn) };
  if (!now && broadcasts > 0) yield { kind: 'await-broadcasts', broadcasts };
}

function* obstacleSteps(state: RegionState, { now }: PlanRequest): Generator<Step> {
  const { cluster, endpointGroups, acceleratorGroups, vpcOriginGroups, unusedInterfaces } = state;
  if (cluster && (cluster.services.length > 0 || cluster.tasks > 0)) {
    yield {
      kind: 'delete-services',
      cluster: cluster.name,
      services: cluster.services,
      tasks: cluster.tasks,
      broadcasts: now ? state.broadcasts : 0,
    };
  }
  for (const { name: group, instances } of state.instanceGroups) {
    if (instances > 0) yield { kind: 'release-instances', group, instances };
  }
  // After the services, which feed them, and before the function that would otherwise remove them is deleted with the stack.
  if (state.channels + state.inputs > 0)
    yield { kind: 'delete-channels', channels: state.channels, inputs: state.inputs };
  if (endpointGroups.length > 0)
    yield { kind: 'detach-accelerator', endpointGroups: endpointGroups.map(({ arn }) => arn) };
  if (acceleratorGroups.length > 0)
    yield { kind: 'delete-accelerator-groups', securityGroups: acceleratorGroups };
  if (vpcOriginGroups.length > 0) yield { kind: 'delete-vpc-origin-groups', securityGroups: vpcOriginGroups };
  if (unusedInterfaces.length > 0) yield { kind: 'delete-interfaces', interfaces: unusedInterfaces };
  for (const balancer of state.protectedBalancers) yield { kind: 'unprotect-balancer', balancer };
  for (const bucket of state.fullBuckets) yield { kind: 'empty-bucket', bucket };
}

const destroyStep = (stack: string): Step => ({ kind: 'destroy-stack', stack });

/** After the stack: its functions and its cluster write logs until they are deleted. */
function* leftovers({ logGroups }: RegionState): Generator<Step> {
  if (logGroups.length > 0) yield { kind: 'delete-log-groups', logGroups };
}
