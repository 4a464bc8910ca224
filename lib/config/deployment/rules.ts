import { ingestHostName } from '../names.ts';
import { addressPlan, defaultCidr, maskOf, tasksOf } from './address-plan.ts';
import type { DeploymentFields } from './fields.ts';
import { isOptIn } from './region.ts';
import { zonesWithoutVpcOrigins } from './zones.ts';

/** An error of a field that other fields make wrong. */
export interface FieldFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Region = DeploymentFields['regions'][number];

/** ACM's limit for a certificate's name. */
const certificateNameLength = 64;

/** Checks what must hold between fields of the deployment file. */
export function* faultsBetween(fields: DeploymentFields): Generator<FieldFault> {
  for (const [at, region] of fields.regions.entries()) {
    yield* accountFaults(fields, region, at);
    yield* networkFaults(fields, region, at);
    yield* zoneFaults(fields, region, at);
  }
  yield* scheduleFaults(fields);
  yield* issuerFaults(fields);
}

function* accountFaults(
  { account, domain, budget }: DeploymentFields,
  region: Region,
  at: number,
): Generator<FieldFault> {
  const host = domain && ingestHostName(domain.name, region.name);
  if (host !== undefined && host.length > certificateNameLength)
    yield {
      path: ['domain', 'name'],
      message: `${host} has more than the ${certificateNameLength} characters that ACM allows`,
    };
  if (budget.stop && isOptIn(region.name))
    yield {
      path: ['regions', at, 'name'],
      message:
        'is not possible with budget.stop: SNS calls no functions in regions that an account must enable first',
    };
  if (region.account === undefined) return;
  if (account === undefined)
    yield { path: ['account'], message: 'is required if a region has an account of its own' };
  if (region.account === account) return;
  if (budget.stop)
    yield {
      path: ['budget', 'stop'],
      message: 'is not possible with regions in other accounts: each account has a budget of its own',
    };
  if (domain)
    yield {
      path: ['regions', at, 'account'],
      message:
        'must be the deployment’s account with a domain: records can’t be created in another account’s hosted zone',
    };
}

function* networkFaults(
  { compute, latency, simulcast, canary }: DeploymentFields,
  { vpc, cidr = defaultCidr, zones }: Region,
  at: number,
): Generator<FieldFault> {
  if (vpc && simulcast && vpc.subnets.some(({ ingestId }) => ingestId === undefined))
    yield {
      path: ['regions', at, 'vpc', 'subnets'],
      message: 'must have ingestId with simulcast: proxies need a route to the internet',
    };
  if (vpc && canary)
    yield {
      path: ['regions', at, 'vpc'],
      message:
        'is not possible with canary, which needs public subnets of our own: run npm run canary from outside instead',
    };
  const { proxies, cpuEncoders, gpuEncoders, liveOrigins } = compute;
  // A deployment runs as many new tasks beside the old ones.
  const most =
    2 *
    (proxies.maxTasks +
      cpuEncoders.maxTasks +
      2 * (gpuEncoders?.maxTasks ?? 0) +
      (latency === 'low' ? liveOrigins.maxTasks : 0));
  const room = zones * tasksOf(addressPlan(cidr).cell);
  if (!vpc && most > room)
    yield {
      path: ['regions', at, 'cidr'],
      message: `has addresses for ${room} tasks, but up to ${most} run during a deployment: use a network larger than /${maskOf(cidr)}, or smaller fleets`,
    };
}

function* zoneFaults(
  { latency }: DeploymentFields,
  { zoneIds, vpc }: Region,
  at: number,
): Generator<FieldFault> {
  const named = vpc
    ? vpc.subnets.map(({ zoneId }, index) => ({ path: ['vpc', 'subnets', index, 'zoneId'], zoneId }))
    : (zoneIds ?? []).map((zoneId, index) => ({ path: ['zoneIds', index], zoneId }));
  for (const { path, zoneId } of named)
    if (latency === 'low' && zonesWithoutVpcOrigins.has(zoneId))
      yield {
        path: ['regions', at, ...path],
        message: `must not be ${zoneId} with low latency: CloudFront has no VPC origins there`,
      };
}

function* scheduleFaults({ regions, compute: { schedule } }: DeploymentFields): Generator<FieldFault> {
  const known = new Set(regions.map(({ name }) => name));
  for (const [index, event] of schedule.entries())
    for (const [at, name] of (event.regions ?? []).entries())
      if (!known.has(name))
        yield {
          path: ['compute', 'schedule', index, 'regions', at],
          message: 'must be one of the regions',
        };
}

function* issuerFaults({ name, api, canary }: DeploymentFields): Generator<FieldFault> {
  // Cognito puts the name into the host name of its sign-in page, and reserves these words.
  if (api.cognito && /aws|amazon|cognito/.test(name))
    yield { path: ['name'], message: 'must not contain aws, amazon or cognito with api.cognito' };
  if (canary && api.cognito)
    yield {
      path: ['canary'],
      message: 'is not possible with api.cognito, whose pool gives tokens to people only: use api.jwt',
    };
  if (canary && api.jwt && api.jwt.canarySecret === undefined)
    yield { path: ['canary'], message: 'needs api.jwt.canarySecret: the API accepts no IAM identities' };
}
