import type { Deployment } from '../config/deployment.ts';
import { fleetScaling, tasksFor } from '../config/fleet-scaling.ts';

type Compute = Deployment['compute'];

/** Tasks of a region's fleets. */
export interface FleetTasks {
  readonly proxies: number;
  readonly cpuWorkers: number;
  readonly gpuWorkers: number;
}

/** The most streams that a region's fleets carry at a time. */
export function mostStreams({ cpuEncoders, gpuEncoders }: Compute): number {
  const onGpus = gpuEncoders ? gpuEncoders.maxTasks * gpuEncoders.streams : 0;
  return cpuEncoders.maxTasks * cpuEncoders.streams + onGpus;
}

/** Share of the streams that the CPU fleet gets: workers are ranked by their capacity. */
const cpuShare = (compute: Compute): number =>
  (compute.cpuEncoders.maxTasks * compute.cpuEncoders.streams) / mostStreams(compute);

/**
 * Tasks that a region needs for this many streams, whatever its maximum. With the deployment's headroom, as the fleets scale; without
 * it, as many as just hold them.
 */
export function fleetsFor(
  compute: Compute,
  streams: number,
  headroomPercent = compute.headroomPercent,
): FleetTasks {
  const { proxies, cpuEncoders, gpuEncoders } = compute;
  const onCpu = streams * cpuShare(compute);
  const tasks = (load: number, each: number, { minTasks }: { minTasks: number }) =>
    Math.max(minTasks, tasksFor(load, each, headroomPercent));
  return {
    proxies: tasks(streams, proxies.connections, proxies),
    cpuWorkers: tasks(onCpu, cpuEncoders.streams, cpuEncoders),
    gpuWorkers: gpuEncoders ? tasks(streams - onCpu, gpuEncoders.streams, gpuEncoders) : 0,
  };
}

/** The most that the deployment file allows. */
export const fullFleets = ({ proxies, cpuEncoders, gpuEncoders }: Compute): FleetTasks => ({
  proxies: proxies.maxTasks,
  cpuWorkers: cpuEncoders.maxTasks,
  gpuWorkers: gpuEncoders?.maxTasks ?? 0,
});

/** The most tasks that run while a deploy replaces these. */
export function duringDeploy({ proxies, cpuWorkers, gpuWorkers }: FleetTasks): FleetTasks {
  const times = fleetScaling.deployPercent.most / 100;
  return { proxies: times * proxies, cpuWorkers: times * cpuWorkers, gpuWorkers: times * gpuWorkers };
}

/**
 * Tasks that run with this many streams. At its maximum a fleet gives up its headroom; where even that holds too little, these are the
 * tasks of a deployment that holds them.
 */
export function tasksRunning(compute: Compute, streams: number): FleetTasks {
  const wanted = fleetsFor(compute, streams);
  const least = fleetsFor(compute, streams, 0);
  const running = (fleet: keyof FleetTasks, most = 0) =>
    least[fleet] > most ? wanted[fleet] : Math.min(wanted[fleet], most);
  return {
    proxies: running('proxies', compute.proxies.maxTasks),
    cpuWorkers: running('cpuWorkers', compute.cpuEncoders.maxTasks),
    gpuWorkers: running('gpuWorkers', compute.gpuEncoders?.maxTasks),
  };
}

/** What these tasks count for in Fargate's quota, On-Demand and Spot together. */
export const vcpus = ({ proxies, cpuEncoders }: Compute, tasks: FleetTasks): number =>
  (tasks.proxies * proxies.cpu + tasks.cpuWorkers * cpuEncoders.cpu) / 1_024;
