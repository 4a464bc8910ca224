import { isRemote } from './accounts.ts';
import { withVpcOrigins } from './deployment/zones.ts';
import type { Deployment, DeploymentRegion } from './deployment.ts';

/** Why a region of a deployment has no live origins; undefined if it has them (docs/decisions/0036). */
export function whyNoLiveOrigins(
  deployment: Pick<Deployment, 'account' | 'latency'>,
  region: DeploymentRegion,
): string | undefined {
  if (deployment.latency === 'standard') return 'the deployment’s latency is standard';
  if (isRemote(deployment, region))
    return 'it is in another account than the edge, which would have to accept a share of its VPC origin by hand';
  if (!withVpcOrigins.has(region.name)) return 'CloudFront offers no VPC origins there';
  return undefined;
}

export const hasLiveOrigins = (
  deployment: Pick<Deployment, 'account' | 'latency'>,
  region: DeploymentRegion,
): boolean => whyNoLiveOrigins(deployment, region) === undefined;
