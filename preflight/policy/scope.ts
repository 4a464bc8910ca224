import { accountOf } from '../../lib/config/accounts.ts';
import type { Deployment, DeploymentRegion } from '../../lib/config/deployment.ts';
import {
  edgeRegion,
  edgeStackName,
  popRegion,
  popStackName,
  regionStackName,
} from '../../lib/config/names.ts';

/** The part of a deployment that is in one account: credentials are for one at a time. */
export interface Scope {
  readonly account: string;
  /** Whether the edge is in this account, and with it the domain. */
  readonly withEdge: boolean;
  /** The deployment's regions in this account. */
  readonly members: readonly DeploymentRegion[];
  /** Those to check. */
  readonly regions: readonly DeploymentRegion[];
  /** Other accounts of the deployment. */
  readonly otherAccounts: readonly string[];
}

/** What of the deployment is in the account; undefined if nothing is. `only`: the one region to check. */
export function scopeOf(deployment: Deployment, account: string, only?: string): Scope | undefined {
  const own = deployment.account ?? account;
  const accountIn = (region: DeploymentRegion) => accountOf(deployment, region) ?? account;
  const members = deployment.regions.filter((region) => accountIn(region) === account);
  const withEdge = own === account;
  if (members.length === 0 && !withEdge) return undefined;
  const accounts = new Set([own, ...deployment.regions.map(accountIn)]);
  return {
    account,
    withEdge,
    members,
    regions: members.filter(({ name }) => only === undefined || name === only),
    otherAccounts: [...accounts].filter((other) => other !== account),
  };
}

/** Names of our stacks in a region: a global one, that of its cell, or both. Regions without one need nothing. */
export function stackNames(name: string, scope: Scope, region: string): string[] {
  const { account, withEdge, members, regions } = scope;
  return [
    ...(region === popRegion && members.length > 0
      ? [popStackName(name, withEdge ? undefined : account)]
      : []),
    ...(region === edgeRegion && withEdge ? [edgeStackName(name)] : []),
    ...(regions.some((cell) => cell.name === region) ? [regionStackName(name, region)] : []),
  ];
}

/** The regions with a stack of ours. */
export const regionsOf = (name: string, scope: Scope): string[] =>
  [...new Set([popRegion, edgeRegion, ...scope.regions.map((region) => region.name)])].filter(
    (region) => stackNames(name, scope, region).length > 0,
  );
