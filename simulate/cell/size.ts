import { type Deployment, readDeployment } from '../../lib/config/deployment.ts';
import { tasksFor } from '../../lib/config/fleet-scaling.ts';
import { cdn } from '../world/facts.ts';

/** What one region has when a scenario begins. */
export interface CellSize {
  readonly region: string;
  readonly zones: number;
  readonly workers: number;
  readonly streamsPerWorker: number;
  readonly proxies: number;
  readonly publishersPerProxy: number;
  readonly headroomPercent: number;
  /** Streams on air. */
  readonly onAir: number;
  readonly maxTasks: number;
  /** Of the deployment file. */
  readonly compute: Deployment['compute'];
}

/** What is simulated. */
export interface Scale {
  readonly deployment: Deployment;
  /** Streams that exist; those on air are drawn from them. */
  readonly population: number;
  readonly viewers: number;
  readonly rushViewers: number;
  readonly pops: number;
  /** How many streams' viewers are simulated to estimate those of all. */
  readonly sampledStreams: number;
  readonly cells: readonly CellSize[];
  /** How long what may grow is looked at. @default a day */
  readonly dayMs?: number;
}

const regions = ['us-east-1', 'eu-central-1', 'ap-northeast-1'] as const;
/** Publishers of a proxy: the default. */
const publishersPerProxy = 200;

/**
 * The largest tasks that Fargate has: 16 vCPU for eight ladders of 1,700 CPU units. Fleets may grow threefold, which is what the tables are
 * created for.
 */
function deploymentOf(workers: number): Deployment {
  const streams = 8;
  const maxTasks = Math.max(50, 3 * workers);
  const proxies = { maxTasks: Math.max(30, Math.ceil((maxTasks * streams) / publishersPerProxy)) };
  const cpuEncoders = { cpu: 16_384, memoryMiB: 32_768, streams, maxTasks };
  return readDeployment(
    JSON.stringify({
      name: 'simulated',
      regions: regions.map((name) => ({ name })),
      compute: { cpuEncoders, proxies: { ...proxies, connections: publishersPerProxy } },
      budget: { monthlyUsd: 1, emails: ['nobody@example.com'] },
    }),
    'the simulated deployment',
  );
}

/** `workers` in all, spread over three regions and as busy as their headroom asks for. */
export function scaleOf(workers: number, scale: Omit<Scale, 'cells' | 'deployment'>): Scale {
  const deployment = deploymentOf(Math.ceil(workers / regions.length));
  const cells = regions.map((region, index) => {
    const share = Math.floor((workers + index) / regions.length);
    return cellOf(region, share, deployment.compute, deployment.regions[index]?.zones ?? 3);
  });
  return { ...scale, deployment, cells };
}

function cellOf(region: string, workers: number, compute: Deployment['compute'], zones: number): CellSize {
  const { cpuEncoders, proxies, headroomPercent } = compute;
  const busy = (100 - headroomPercent) / 100;
  const onAir = Math.floor(workers * cpuEncoders.streams * busy);
  return {
    region,
    zones,
    workers,
    streamsPerWorker: cpuEncoders.streams,
    proxies: Math.max(2, tasksFor(onAir, proxies.connections, headroomPercent)),
    publishersPerProxy: proxies.connections,
    headroomPercent,
    onAir,
    maxTasks: cpuEncoders.maxTasks,
    compute,
  };
}

/** What the issue asks for. */
export const fullScale: Scale = scaleOf(2_000, {
  population: 1_000_000,
  viewers: 10_000_000,
  rushViewers: 1_000_000,
  pops: cdn.pops,
  sampledStreams: 16,
});
