import type { Deployment, DeploymentRegion } from '../lib/config/deployment.ts';
import { edgeRegion, popRegion } from '../lib/config/names.ts';
import { type ResolveNs, readDistributions, readHostedZone, readRoles } from './aws/account.ts';
import { readQuotas } from './aws/quotas.ts';
import { readRegion } from './aws/region.ts';
import type { Facts } from './facts.ts';
import type { Fact } from './finding.ts';
import { readMachine } from './machine.ts';
import { stackNames } from './policy/judge-stack.ts';
import { keptResources } from './policy/kept-resources.ts';
import { quotaNeeds } from './policy/quota-needs.ts';
import { serviceLinkedRoles } from './policy/service-linked-roles.ts';

export interface Subject {
  readonly deployment: Deployment;
  /** The regions to check, besides those of the global stacks. */
  readonly regions: readonly DeploymentRegion[];
  readonly account: string;
  /** Every AWS region, with whether the account has enabled it. */
  readonly access: Fact<ReadonlyMap<string, boolean>>;
  /** The CDK's qualifier of the bootstrap stack. */
  readonly qualifier: string;
  /** The command that builds images. */
  readonly builder: string;
  readonly resolveNs: ResolveNs;
}

/** Reads everything that the deployment needs; nothing is changed. */
export async function gather(subject: Subject): Promise<Facts> {
  const { deployment, regions, account, access, qualifier, builder, resolveNs } = subject;
  const { domain, name, compute, managedEncoder } = deployment;
  const cells = new Set(regions.map((region) => region.name));
  const disabled = (region: string) => 'value' in access && access.value.get(region) === false;
  const all = [...new Set([popRegion, edgeRegion, ...cells])];
  const open = all.filter((region) => !disabled(region));
  const kept = keptResources(deployment, account, [...cells]);
  const instanceType = compute.gpuEncoders?.instanceType;
  const cell = {
    deployment: name,
    managedEncoder: managedEncoder !== undefined,
    ...(instanceType && { instanceType }),
  };

  const [roles, distributions, hostedZone, regionFacts, quotas, machine] = await Promise.all([
    readRoles(serviceLinkedRoles(deployment).map((role) => role.name)),
    readDistributions(),
    domain && readHostedZone(domain.hostedZoneId, resolveNs),
    Promise.all(
      open.map(async (region) => {
        const facts = await readRegion({
          region,
          qualifier,
          stacks: stackNames(name, region, cells.has(region)),
          kept: kept.filter((resource) => resource.region === region),
          ...(cells.has(region) && { cell }),
        });
        return [region, facts] as const;
      }),
    ),
    readQuotas(quotaNeeds(deployment, regions).filter(({ region }) => !disabled(region))),
    readMachine(builder),
  ]);
  return {
    account,
    disabledRegions: 'unread' in access ? access : { value: all.filter(disabled) },
    roles,
    distributions,
    regions: new Map(regionFacts),
    quotas,
    machine,
    ...(hostedZone && { hostedZone }),
  };
}
