import type { Deployment, DeploymentRegion } from './deployment.ts';
import { popStackName } from './names.ts';

/** The account of a region's stack; undefined for that of the deploying credentials. */
export const accountOf = ({ account }: Pick<Deployment, 'account'>, region: DeploymentRegion) =>
  region.account ?? account;

/** Accounts other than the deployment's own that have regions. */
export const otherAccounts = ({ account, regions }: Deployment): readonly string[] => [
  ...new Set(regions.flatMap((region) => region.account ?? []).filter((other) => other !== account)),
];

/** Whether the region reaches the edge in another account, through the roles that the edge stack has for that. */
export const isRemote = ({ account }: Pick<Deployment, 'account'>, region: DeploymentRegion): boolean =>
  region.account !== undefined && region.account !== account;

/** Name of the pop that a region shares with the others of its account. */
export const popOf = (deployment: Deployment, region: DeploymentRegion): string =>
  popStackName(deployment.name, isRemote(deployment, region) ? region.account : undefined);

/** Names of the pop stacks, one for each account with regions. */
export const popStackNames = (deployment: Deployment): readonly string[] => [
  ...new Set(deployment.regions.map((region) => popOf(deployment, region))),
];
