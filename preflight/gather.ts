import type { Deployment } from '../lib/config/deployment.ts';
import { type ResolveNs, readDistributions, readHostedZone, readRoles } from './aws/account.ts';
import { readQuotas } from './aws/quotas.ts';
import { readRegion } from './aws/region.ts';
import type { Facts } from './facts.ts';
import type { Fact } from './finding.ts';
import { readMachine } from './machine.ts';
import { defaultQualifier } from './policy/judge-region.ts';
import { keptResources } from './policy/kept-resources.ts';
import { quotaNeeds } from './policy/quota-needs.ts';
import { regionsOf, type Scope, stackNames } from './policy/scope.ts';
import { serviceLinkedRoles } from './policy/service-linked-roles.ts';

export interface Subject {
  readonly deployment: Deployment;
  readonly scope: Scope;
  /** Every AWS region, with whether the account has enabled it. */
  readonly access: Fact<ReadonlyMap<string, boolean>>;
  /** The command that builds images. */
  readonly builder: string;
  readonly resolveNs: ResolveNs;
}

/** Reads everything that the deployment needs in the account; nothing is changed. */
export async function gather({ deployment, scope, access, builder, resolveNs }: Subject): Promise<Facts> {
  const { domain, name, compute, managedEncoder, bootstrapQualifier = defaultQualifier } = deployment;
  const { withEdge } = scope;
  const disabled = (region: string) => 'value' in access && access.value.get(region) === false;
  const all = regionsOf(name, scope);
  const open = all.filter((region) => !disabled(region));
  const kept = keptResources(deployment, scope);
  const instanceType = compute.gpuEncoders?.instanceType;
  const cell = {
    deployment: name,
    managedEncoder: managedEncoder !== undefined,
    ...(instanceType && { instanceType }),
  };

  const [roles, distributions, hostedZone, regionFacts, quotas, machine] = await Promise.all([
    readRoles(serviceLinkedRoles(deployment).map((role) => role.name)),
    withEdge ? readDistributions() : undefined,
    withEdge && domain ? readHostedZone(domain.hostedZoneId, resolveNs) : undefined,
    Promise.all(
      open.map(async (region) => {
        const facts = await readRegion({
          region,
          qualifier: bootstrapQualifier,
          stacks: stackNames(name, scope, region),
          kept: kept.filter((resource) => resource.region === region),
          ...(scope.regions.some((member) => member.name === region) && { cell }),
        });
        return [region, facts] as const;
      }),
    ),
    readQuotas(quotaNeeds(deployment, scope).filter(({ region }) => !disabled(region))),
    readMachine(builder),
  ]);
  return {
    disabledRegions: 'unread' in access ? access : { value: all.filter(disabled) },
    roles,
    regions: new Map(regionFacts),
    quotas,
    machine,
    ...(distributions && { distributions }),
    ...(hostedZone && { hostedZone }),
  };
}
