import { Annotations } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { hasLiveOrigins, whyNoLiveOrigins } from '../config/live-origins.ts';
import { LiveOriginAttachment } from '../edge/live-origins/infra/live-origin-attachment.ts';
import { LiveOriginFleet } from '../origin/infra/live-origin-fleet.ts';
import { ProgramImage } from '../region/infra/program-image.ts';
import { controlStoreOf, type RegionCell } from './cell.ts';

/** What stands in front of the workers for viewers, and the edge's way to it; undefined if this region has none. */
export interface LiveOrigins {
  readonly fleet: LiveOriginFleet;
  readonly attachment: LiveOriginAttachment;
}

export function liveOrigins(cell: RegionCell): LiveOrigins | undefined {
  const { stack, deployment, region, tables, relayKeys } = cell;
  if (!hasLiveOrigins(deployment, region)) {
    if (deployment.latency === 'low')
      Annotations.of(stack).addWarningV2(
        'headwater:no-live-origins',
        `Viewers of ${region.name} have standard latency: ${whyNoLiveOrigins(deployment, region)}.`,
      );
    return undefined;
  }
  const { name, compute, retention } = deployment;
  const { distributionId, denialsArn } = cell.addresses;
  const fleet = new LiveOriginFleet(stack, 'LiveOrigin', {
    name,
    cluster: cell.cluster,
    subnets: cell.network.subnets,
    image: new ProgramImage(stack, 'LiveOriginImage', {
      image: 'live-origin-image',
      platform: Platform.LINUX_ARM64,
    }).containerImage,
    size: compute.liveOrigins,
    calls: cell.calls,
    controlStore: controlStoreOf(deployment),
    relayKeys: relayKeys.location,
    logDays: retention.logDays,
  });
  tables.grantAccess('live-origin', fleet.taskRole);
  relayKeys.grantRead(fleet.taskRole);
  const attachment = new LiveOriginAttachment(stack, 'LiveOriginAttachment', {
    name,
    distributionId,
    denialsArn,
    balancer: fleet.balancer.balancer,
    port: fleet.balancer.port,
    after: [fleet.service],
    tags: deployment.tags,
    deployedAt: cell.deployedAt,
    ...cell.measured,
  });
  return { fleet, attachment };
}
