import { mostApiRequestsPerSecond, mostFleetTasks } from '../config/defaults.ts';
import type { Deployment, DeploymentRegion } from '../config/deployment.ts';
import { defaultLadder } from '../config/ladder.ts';
import { hasLiveOrigins } from '../config/live-origins.ts';
import { fleetPartitions } from '../control-store/tables.ts';
import { duringDeploy, type FleetTasks, fleetsFor, tasksRunning, vcpus } from './fleets.ts';
import { liveOriginTasks, liveOriginVcpus } from './live-origin.ts';
import { type QuotaName, type QuotaOverrides, quotas } from './quotas.ts';
import { fleetLoad, fleetPartitionLoad, leaseLoad, streamsLoad, warmTables } from './table-load.ts';
import type { Workload } from './workload.ts';

/** Something that a region's streams, or all viewers, reach. */
export interface Limit {
  readonly what: string;
  /** Streams of one region, or viewers of the whole deployment. */
  readonly unit: 'streams' | 'viewers';
  /** The most that fit; 0 if it is reached while idle. */
  readonly at: number;
  readonly capacity: number;
  /** What this many take of the capacity. */
  readonly used: (count: number) => number;
  readonly raise: Raise;
}

/** How to get more. */
export type Raise =
  /** A field of the deployment file. `needed` is what to set for this many; `most` is what the file allows. */
  | {
      readonly kind: 'field';
      readonly field: string;
      readonly needed: (count: number) => number;
      readonly most?: number;
    }
  | { readonly kind: 'quota'; readonly name: QuotaName }
  | { readonly kind: 'design'; readonly words: string };

export interface LimitOptions {
  readonly deployment: Deployment;
  readonly region: DeploymentRegion;
  readonly workload: Workload;
  /** Bit rate of what viewers watch, video and audio. */
  readonly viewerBps: number;
  readonly overrides?: QuotaOverrides;
}

/** Tried up to here. */
const mostCount = 1e10;

/** The greatest count that takes no more than `capacity`; `used` never falls. */
export function greatest(capacity: number, used: (count: number) => number): number {
  if (used(0) > capacity) return 0;
  let fits = 0;
  let tooMany = mostCount;
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (used(middle) <= capacity) fits = middle;
    else tooMany = middle;
  }
  return fits;
}

/** All limits: streams first, each unit from the first reached to the last. */
export function limitsOf(options: LimitOptions): Limit[] {
  const rows = [
    ...fleetLimits(options),
    ...storeLimits(options),
    ...accountLimits(options),
    ...viewerLimits(options),
  ];
  return rows
    .map((row) => ({ ...row, at: greatest(row.capacity, row.used) }))
    .sort((a, b) => (a.unit === b.unit ? a.at - b.at : a.unit === 'streams' ? -1 : 1));
}

type Row = Omit<Limit, 'at'>;

/** Rows whose capacity is a quota. `words`: what to do instead of asking AWS for more. */
const quotaRow =
  (unit: Limit['unit'], { overrides }: LimitOptions) =>
  (name: QuotaName, what: string, used: Row['used'], words?: string): Row => ({
    what,
    unit,
    capacity: overrides?.[name] ?? quotas[name].most,
    used,
    raise:
      words === undefined && quotas[name].adjustable
        ? { kind: 'quota', name }
        : { kind: 'design', words: words ?? 'AWS does not raise it: add a region' },
  });

/** What the deployment file allows. At the limit nothing is kept free. */
function fleetLimits({ deployment: { compute } }: LimitOptions): Row[] {
  const { proxies, cpuEncoders, gpuEncoders } = compute;
  const tasks = (fleet: keyof FleetTasks) => (streams: number) => fleetsFor(compute, streams, 0)[fleet];
  const row = (
    what: string,
    field: string,
    fleet: keyof FleetTasks,
    capacity: number,
    most: number,
  ): Row => ({
    what,
    unit: 'streams',
    capacity,
    used: tasks(fleet),
    raise: { kind: 'field', field, needed: (streams) => fleetsFor(compute, streams)[fleet], most },
  });
  const { fargate, gpu } = mostFleetTasks;
  return [
    row(
      'CPU encoder tasks (maxTasks)',
      'compute.cpuEncoders.maxTasks',
      'cpuWorkers',
      cpuEncoders.maxTasks,
      fargate,
    ),
    {
      what: 'CPU encoder tasks (most that the file allows)',
      unit: 'streams',
      capacity: fargate,
      used: tasks('cpuWorkers'),
      raise: {
        kind: 'design',
        words:
          'the deployment file allows no more: raise compute.cpuEncoders.streams with larger tasks, or add a region',
      },
    },
    ...(gpuEncoders
      ? [
          row(
            'GPU encoder tasks (maxTasks)',
            'compute.gpuEncoders.maxTasks',
            'gpuWorkers',
            gpuEncoders.maxTasks,
            gpu,
          ),
        ]
      : []),
    row('Ingest proxies (maxTasks)', 'compute.proxies.maxTasks', 'proxies', proxies.maxTasks, fargate),
  ];
}

/** What S3 and DynamoDB take. A deploy must not make heartbeats late, so its tasks count. */
function storeLimits(options: LimitOptions): Row[] {
  const { compute } = options.deployment;
  const { workload } = options;
  const row = quotaRow('streams', options);
  const warmer = 'raise maxTasks and deploy: tables are warm if the full fleets need it';
  /** What one table takes: new ones are limited only where they aren't created warm. */
  const table = (side: 'writes' | 'reads', isWarm: boolean, what: string, used: Row['used']): Row[] => [
    ...(isWarm ? [] : [row(`dynamodb-table-${side}`, `${what}, a new table`, used, warmer)]),
    row(`dynamodb-most-${side}`, `${what}, a warm table`, used),
  ];
  const { streams: broadcasts, leases, fleet } = warmTables(compute);
  const tasks = (streams: number) => duringDeploy(tasksRunning(compute, streams));
  const ofLeases = (streams: number) => leaseLoad(compute, streams, tasks(streams), workload);
  const ofFleet = (streams: number) => fleetLoad(tasks(streams), workload);
  const ofPartition = (streams: number) => fleetPartitionLoad(tasks(streams), workload);
  const heartbeats = 'DynamoDB heartbeats during a deploy';
  const lists = 'DynamoDB reads of the list of workers during a deploy';
  const spread = `${fleetPartitions('encoder').length} partitions`;
  const splits =
    'S3 splits it within 30 to 60 minutes of steady load: ramp up slowly, or use fewer renditions (ladder.rungs)';
  return [
    row('s3-puts', 'S3 writes to a new partition', (streams) => streams * workload.originWrites, splits),
    row('s3-gets', 'S3 reads from a new partition', (streams) => streams * workload.originReads, splits),
    ...table(
      'writes',
      broadcasts !== undefined,
      'DynamoDB writes of broadcasts and their health',
      (streams) => streamsLoad(streams, workload).writesPerSecond,
    ),
    ...table(
      'writes',
      leases !== undefined,
      'DynamoDB writes to the leases',
      (streams) => ofLeases(streams).writesPerSecond,
    ),
    ...table(
      'reads',
      leases !== undefined,
      'DynamoDB reads of leases by sweeps during a deploy',
      (streams) => ofLeases(streams).readsPerSecond,
    ),
    ...table('writes', fleet !== undefined, heartbeats, (streams) => ofFleet(streams).writesPerSecond),
    ...table('reads', fleet !== undefined, lists, (streams) => ofFleet(streams).readsPerSecond),
    row(
      'dynamodb-partition-writes',
      `${heartbeats}, ${spread}`,
      (streams) => ofPartition(streams).writesPerSecond,
      'use fewer, larger workers (compute.cpuEncoders.streams)',
    ),
    row(
      'dynamodb-partition-reads',
      `${lists}, ${spread}`,
      (streams) => ofPartition(streams).readsPerSecond,
      'use fewer, larger proxies and workers (compute.proxies.connections, compute.cpuEncoders.streams)',
    ),
  ];
}

/** Schedules that run each minute, and what the event stream takes. */
const functionsRunning = 6;
/** An estimate: an API call of an open console. */
const apiCallSeconds = 0.1;

/** The account's quotas. Global Accelerator limits no traffic, only regions, and to more than a deployment may have. */
function accountLimits(options: LimitOptions): Row[] {
  const { deployment, region, workload } = options;
  const { compute, api, managedEncoder, simulcast, plainRtmp } = deployment;
  const row = quotaRow('streams', options);
  const live = (streams: number) =>
    hasLiveOrigins(deployment, region)
      ? liveOriginVcpus(compute, liveOriginTasks(compute, deployment.ladder ?? defaultLadder, streams))
      : 0;
  const consoleCalls = (streams: number) => streams * workload.consoleCalls;
  /** RTMPS, SRT and plain RTMP. */
  const targetGroups = plainRtmp ? 3 : 2;
  const gateway: Row = {
    what: 'API Gateway requests per second, a console open for each stream',
    unit: 'streams',
    capacity: api.requestsPerSecond,
    used: consoleCalls,
    raise: {
      kind: 'field',
      field: 'api.requestsPerSecond',
      needed: (streams) => Math.ceil(consoleCalls(streams)),
      most: mostApiRequestsPerSecond,
    },
  };
  return [
    row(
      'fargate-vcpu',
      'Fargate vCPUs',
      (streams) => vcpus(compute, fleetsFor(compute, streams)) + live(streams),
    ),
    row(
      'nlb-targets',
      `Load balancer targets, ${targetGroups} for each proxy, during a deploy`,
      (streams) => targetGroups * duringDeploy(tasksRunning(compute, streams)).proxies,
    ),
    row(
      'lambda-concurrency',
      'Lambda concurrency, a console open for each stream',
      (streams) => functionsRunning + consoleCalls(streams) * apiCallSeconds,
    ),
    gateway,
    ...(managedEncoder
      ? [row('medialive-channels', 'MediaLive channels, if all streams use one', (streams) => streams)]
      : []),
    ...(simulcast
      ? [
          row('nat-connections', 'NAT ports, one push of each stream to the same address', (streams) =>
            Math.ceil(streams / region.zones),
          ),
        ]
      : []),
  ];
}

function viewerLimits(options: LimitOptions): Row[] {
  const { workload, viewerBps } = options;
  const row = quotaRow('viewers', options);
  return [
    row('cloudfront-gbps', 'CloudFront Gb/s', (viewers) => (viewers * viewerBps) / 1e9),
    // Each request runs the access function and reads the key-value store, whose quota is the distribution's.
    row(
      'cloudfront-requests',
      'CloudFront requests per second, with their key-value reads',
      (viewers) => viewers * workload.viewerRequests,
    ),
  ];
}
