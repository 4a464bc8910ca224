import type { App, Environment } from 'aws-cdk-lib';
import { accountOf } from './config/accounts.ts';
import type { Deployment } from './config/deployment.ts';
import { edgeRegion, edgeStackName, popRegion, popStackName, regionStackName } from './config/names.ts';
import { EdgeStack } from './edge-stack.ts';
import { PopStack } from './pop-stack.ts';
import { RegionStack } from './region-stack.ts';

export interface PlatformProps {
  readonly deployment: Deployment;
  /** Folder with the bundled page. */
  readonly pageDir: string;
  /** See `RegionStackProps`. */
  readonly deployedAt?: string | undefined;
}

/**
 * The platform, in path order: one entry point for broadcasters per account, a cell per region, one edge for viewers. A region
 * needs the pop of its account and the edge, but no other region.
 */
export function declarePlatform(app: App, { deployment, pageDir, deployedAt }: PlatformProps): void {
  const { name, regions } = deployment;
  const own = deployment.account ?? process.env.CDK_DEFAULT_ACCOUNT;
  const env = (region: string, account = own): Environment => ({ region, ...(account && { account }) });

  const pops = new Map(
    [...Map.groupBy(regions, (region) => accountOf(deployment, region))].map(([account, members]) => {
      const remote = account !== deployment.account;
      const pop = new PopStack(app, popStackName(name, remote ? account : undefined), {
        deployment,
        regions: members.map((region) => region.name),
        withBudget: remote,
        env: env(popRegion, account),
      });
      return [account, pop];
    }),
  );
  const edge = new EdgeStack(app, edgeStackName(name), {
    deployment,
    pageDir,
    deployedAt,
    env: env(edgeRegion),
  });
  for (const region of regions) {
    const account = accountOf(deployment, region);
    const cell = new RegionStack(app, regionStackName(name, region.name), {
      deployment,
      region,
      ...(deployedAt !== undefined && { deployedAt }),
      env: env(region.name, account),
    });
    const pop = pops.get(account);
    if (pop) cell.addStackDependency(pop, 'provides the address for broadcasters');
    cell.addStackDependency(edge, 'provides the address for viewers');
  }
}
