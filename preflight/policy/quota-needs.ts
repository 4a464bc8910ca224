import type { Deployment, DeploymentRegion } from '../../lib/config/deployment.ts';
import { hasLiveOrigins } from '../../lib/config/live-origins.ts';
import { edgeRegion, popRegion } from '../../lib/config/names.ts';
import { duringDeploy, fullFleets, vcpus } from '../../lib/cost/fleets.ts';
import { ladderOf, usualRendition } from '../../lib/cost/forecast.ts';
import { quotas } from '../../lib/cost/quotas.ts';
import { workloadOf } from '../../lib/cost/workload.ts';
import { deliveryPolicy } from '../../lib/edge/policy/delivery.ts';
import { planEgress } from '../../lib/region/policy/egress.ts';
import type { Scope } from './scope.ts';

/** How much of a quota a deployment needs. */
export interface QuotaNeed {
  readonly name: string;
  /** Where the quota applies; global services have theirs in one region. */
  readonly region: string;
  /** Service Quotas' service code. */
  readonly service: string;
  /** Service Quotas' code of the quota, or a pattern for its name. */
  readonly quota: string | RegExp;
  /** Below this the first deploy fails. */
  readonly least: number;
  /** At full size, or while a deploy replaces tasks. @default least */
  readonly most?: number;
  readonly unit?: string;
  /** What others in the account use counts, too. */
  readonly sharedWith?: 'vpcs' | 'addresses';
  /** AWS's documented default, for quotas that Service Quotas doesn't list. */
  readonly documented?: number;
  /** What a value is enough for. */
  readonly carries?: (value: number) => string;
}

/** `/time`, the viewer page, and the page under every other path (lib/edge/infra/distribution.ts). */
const pageBehaviours = 5;
/** The viewer page’s: the function that makes its documents, then its file. */
const pageOriginGroups = 1;

/** Every quota that the deployment could exceed in an account. */
export const quotaNeeds = (deployment: Deployment, scope: Scope): QuotaNeed[] => [
  ...scope.regions.flatMap((region) => regionNeeds(deployment, region)),
  ...(scope.withEdge ? edgeNeeds(deployment) : []),
  ...acceleratorNeeds(scope),
];

function regionNeeds(deployment: Deployment, region: DeploymentRegion): QuotaNeed[] {
  const { compute, simulcast, managedEncoder } = deployment;
  const withGpu = compute.gpuEncoders !== undefined;
  const withNat = simulcast || planEgress({ zones: region.zones, withGpu }).kind === 'nat';
  // An existing VPC brings its own way out.
  const addresses = withNat && !region.vpc ? region.zones : 0;
  const live = hasLiveOrigins(deployment, region);
  const needs: Omit<QuotaNeed, 'region'>[] = [
    ...fargateNeeds(deployment, live),
    ...gpuNeeds(compute.gpuEncoders),
    {
      name: 'VPCs per Region',
      service: 'vpc',
      quota: 'L-F678F1CE',
      least: region.vpc ? 0 : 1,
      sharedWith: 'vpcs',
    },
    {
      name: 'EC2-VPC Elastic IPs',
      service: 'ec2',
      quota: 'L-0263D0A3',
      least: addresses,
      sharedWith: 'addresses',
    },
    {
      name: 'Network Load Balancers per Region',
      service: 'elasticloadbalancing',
      quota: 'L-69A177A2',
      least: live ? 2 : 1,
    },
    { name: 'Lambda concurrent executions', service: 'lambda', quota: 'L-B99A9384', least: 10, most: 1_000 },
    { name: 'KMS customer managed keys', service: 'kms', quota: 'L-C2F1777E', least: 2 },
  ];
  if (managedEncoder) {
    const carries = (value: number) => `${value} managed broadcasts at a time`;
    const service = 'medialive';
    needs.push(
      { name: 'MediaLive channels', service, quota: 'L-D1AFAF75', least: 1, carries },
      { name: 'MediaLive VPC inputs', service, quota: 'L-68E02936', least: 1, carries },
    );
  }
  return needs
    .filter(({ least, most = least }) => most > 0)
    .map((need) => ({ ...need, region: region.name }));
}

/** A deploy starts new tasks beside all old ones, so the least that runs must fit twice. */
function fargateNeeds({ compute }: Deployment, live: boolean): Omit<QuotaNeed, 'region'>[] {
  const { proxies, cpuEncoders, liveOrigins } = compute;
  const ofLive = (tasks: number) => (live ? (tasks * liveOrigins.cpu) / 1_024 : 0);
  const spotTasks = Math.ceil(
    ((cpuEncoders.maxTasks - cpuEncoders.minTasks) * cpuEncoders.spotPercent) / 100,
  );
  const smallest = { proxies: proxies.minTasks, cpuWorkers: cpuEncoders.minTasks, gpuWorkers: 0 };
  const least = vcpus(compute, smallest) + ofLive(liveOrigins.minTasks);
  const onSpot = vcpus(compute, { proxies: 0, cpuWorkers: spotTasks, gpuWorkers: 0 });
  const most = vcpus(compute, fullFleets(compute)) - onSpot + ofLive(liveOrigins.maxTasks);
  const fargate = { service: 'fargate', unit: 'vCPU' };
  return [
    {
      ...fargate,
      name: 'Fargate On-Demand vCPU resource count',
      quota: 'L-3032A538',
      least,
      most: Math.max(most, vcpus(compute, duringDeploy(smallest)) + ofLive(2 * liveOrigins.minTasks)),
    },
    {
      ...fargate,
      name: 'Fargate Spot vCPU resource count',
      quota: 'L-36FBB829',
      least: 0,
      most: onSpot,
    },
  ];
}

function gpuNeeds(fleet: Deployment['compute']['gpuEncoders']): Omit<QuotaNeed, 'region'>[] {
  if (!fleet) return [];
  const vcpu = gpuVcpus(fleet.instanceType);
  return [
    {
      name: 'Running On-Demand G and VT instances',
      service: 'ec2',
      quota: 'L-DB2E81BA',
      unit: 'vCPU',
      least: fleet.minTasks * vcpu,
      most: Math.max(fleet.maxTasks, 2 * fleet.minTasks) * vcpu,
    },
  ];
}

/** vCPUs of a G5, G6 or G6e instance: 4 for `xlarge`, and four for each multiple of it. */
export function gpuVcpus(instanceType: string): number {
  const multiple = /\.(\d*)xlarge$/.exec(instanceType)?.[1];
  return 4 * Number(multiple || 1);
}

function edgeNeeds(deployment: Deployment): QuotaNeed[] {
  const live = deployment.regions.filter((region) => hasLiveOrigins(deployment, region)).length;
  const ladder = ladderOf(deployment);
  const shown = usualRendition(ladder);
  const viewerBps = shown.videoBps + ladder.audioBps;
  const { viewerRequests } = workloadOf(ladder);
  const cloudFront = { region: edgeRegion, service: 'cloudfront' };
  return [
    {
      ...cloudFront,
      name: 'CloudFront data transfer rate per distribution',
      quota: /^data transfer rate per distribution/i,
      least: 0,
      unit: 'Gb/s',
      documented: quotas['cloudfront-gbps'].most,
      carries: (gbps) => `${thousands((gbps * 1e9) / viewerBps)} viewers of ${shown.id}`,
    },
    {
      ...cloudFront,
      name: 'CloudFront requests per second per distribution',
      quota: /^requests per second per distribution/i,
      least: 0,
      documented: quotas['cloudfront-requests'].most,
      carries: (rate) => `${thousands(rate / viewerRequests)} DASH viewers`,
    },
    {
      ...cloudFront,
      name: 'CloudFront cache behaviors per distribution',
      quota: /^cache behaviors per distribution/i,
      least: deployment.regions.length * deliveryPolicy.length + pageBehaviours,
      documented: 75,
    },
    {
      ...cloudFront,
      name: 'CloudFront VPC origins',
      quota: /^vpc origins/i,
      least: live,
      documented: 25,
    },
    {
      ...cloudFront,
      name: 'CloudFront origin groups per distribution',
      quota: /^origin groups per distribution/i,
      least: live + pageOriginGroups,
      documented: 10,
    },
    {
      name: 'WAF web ACLs for CloudFront',
      region: edgeRegion,
      service: 'wafv2',
      quota: /web acls per account.*cloudfront/i,
      least: 1,
      documented: 100,
    },
  ];
}

/** One for each region, from that region's account. */
const acceleratorNeeds = ({ members }: Scope): QuotaNeed[] =>
  members.length === 0
    ? []
    : [
        {
          name: 'Global Accelerator accelerators',
          region: popRegion,
          service: 'globalaccelerator',
          quota: /^accelerators/i,
          least: members.length,
          documented: 20,
        },
      ];

/** In thousands from ten thousand up: what follows would be false precision. */
const thousands = (count: number): string =>
  (count < 10_000 ? Math.floor(count) : Math.round(count / 1_000) * 1_000).toLocaleString('en-US');
