import { type App, type Environment, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Deployment } from './config/deployment.ts';
import { edgeRegion, popRegion } from './config/names.ts';
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
 * The platform, in path order: one entry point for broadcasters, a cell per region, one edge for viewers. A region needs
 * both global stacks but no other region. Synthesis fails if a cdk-nag AwsSolutions rule is violated.
 */
export function declarePlatform(app: App, { deployment, pageDir, deployedAt }: PlatformProps): void {
  const { name, regions } = deployment;
  const account = deployment.account ?? process.env.CDK_DEFAULT_ACCOUNT;
  const env = (region: string): Environment => ({ region, ...(account && { account }) });

  const pop = new PopStack(app, `${name}-pop`, { deployment, env: env(popRegion) });
  const edge = new EdgeStack(app, `${name}-edge`, { deployment, pageDir, env: env(edgeRegion) });
  for (const region of regions) {
    const cell = new RegionStack(app, `${name}-${region.name}`, {
      deployment,
      region,
      ...(deployedAt !== undefined && { deployedAt }),
      env: env(region.name),
    });
    cell.addStackDependency(pop, 'provides the address for broadcasters');
    cell.addStackDependency(edge, 'provides the address for viewers');
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks());
  Tags.of(app).add('headwater:deployment', name);
}
