import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { CpuEncoderFleet } from '../encoder/infra/cpu-encoder-fleet.ts';
import { GpuEncoderFleet } from '../encoder/infra/gpu-encoder-fleet.ts';
import type { ProxyFleet } from '../ingest/infra/proxy-fleet.ts';
import { ProgramImage } from '../region/infra/program-image.ts';
import { controlStoreOf, type RegionCell } from './cell.ts';
import type { LiveOrigins } from './live-origins.ts';

export interface EncoderFleets {
  readonly cpu: CpuEncoderFleet;
  /** Only if the deployment has GPU workers. */
  readonly gpu: GpuEncoderFleet | undefined;
}

/** The workers of a region, and what they may. `ingest`, `live`: who connects to them. */
export function encoderFleets(
  cell: RegionCell,
  ingest: ProxyFleet,
  live: LiveOrigins | undefined,
): EncoderFleets {
  const { stack, deployment, tables, origin, relayKeys } = cell;
  const { name, compute, retention, ladder } = deployment;
  const image = (id: string, platform: Platform) =>
    new ProgramImage(stack, id, { image: 'encoder-image', platform }).containerImage;
  const workers = {
    name,
    cluster: cell.cluster,
    subnets: cell.network.subnets,
    proxySecurityGroup: ingest.securityGroup,
    ...(live && { liveOriginSecurityGroup: live.fleet.securityGroup }),
    controlStore: controlStoreOf(deployment),
    origin: `s3://${origin.bucket.bucketName}`,
    relayKeys: relayKeys.location,
    playbackBaseUrl: cell.addresses.playbackBaseUrl,
    partMs: deployment.partMs,
    dvrWindowSeconds: deployment.dvrWindowSeconds,
    eventDays: retention.eventDays,
    headroomPercent: compute.headroomPercent,
    logDays: retention.logDays,
    ...(ladder && { ladder }),
  } as const;
  const cpu = new CpuEncoderFleet(stack, 'CpuEncoder', {
    ...workers,
    image: image('CpuEncoderImage', Platform.LINUX_ARM64),
    size: compute.cpuEncoders,
    events: cell.events,
  });
  const gpu =
    compute.gpuEncoders &&
    new GpuEncoderFleet(stack, 'GpuEncoder', {
      ...workers,
      image: image('GpuEncoderImage', Platform.LINUX_AMD64),
      size: compute.gpuEncoders,
    });
  for (const fleet of [cpu, ...(gpu ? [gpu] : [])]) {
    tables.grantAccess('encoder', fleet.taskRole);
    origin.grantWrite(fleet.taskRole);
    relayKeys.grantRead(fleet.taskRole);
    // Proxies first: workers refuse what those of an older version may not send yet.
    fleet.service.node.addDependency(ingest.service);
    // They write fewer playlists once viewers get theirs from live origins.
    if (live) fleet.service.node.addDependency(live.attachment);
  }
  return { cpu, gpu };
}
