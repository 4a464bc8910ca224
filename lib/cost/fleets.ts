import type { Deployment } from '../config/deployment.ts';

type Compute = Deployment['compute'];

/** Tasks of a region's fleets. */
export interface FleetTasks {
  readonly proxies: number;
  readonly cpuWorkers: number;
  readonly gpuWorkers: number;
}

/** Share of the streams that the CPU fleet gets: workers are ranked by their capacity. */
function cpuShare({ cpuEncoders, gpuEncoders }: Compute): number {
  const cpu = cpuEncoders.maxTasks * cpuEncoders.streams;
  const gpu = gpuEncoders ? gpuEncoders.maxTasks * gpuEncoders.streams : 0;
  return cpu / (cpu + gpu);
}

/**
 * Tasks that a region needs for this many streams, whatever its maximum. With the deployment's headroom, as the fleets scale; without
 * it, as many as just hold them.
 */
export function tasksFor(
  compute: Compute,
  streams: number,
  headroomPercent = compute.headroomPercent,
): FleetTasks {
  const { proxies, cpuEncoders, gpuEncoders } = compute;
  const full = (100 - headroomPercent) / 100;
  const onCpu = streams * cpuShare(compute);
  const tasks = (load: number, { minTasks }: { minTasks: number }, each: number) =>
    // Rounding errors must not cost a task.
    Math.max(minTasks, Math.ceil(load / each - 1e-9));
  return {
    proxies: tasks(streams, proxies, Math.max(1, Math.floor(proxies.connections * full))),
    cpuWorkers: tasks(onCpu, cpuEncoders, cpuEncoders.streams * full),
    gpuWorkers: gpuEncoders ? tasks(streams - onCpu, gpuEncoders, gpuEncoders.streams * full) : 0,
  };
}

/**
 * Tasks that run with this many streams. At its maximum a fleet gives up its headroom; where even that holds too little, these are the
 * tasks of a deployment that holds them.
 */
export function tasksRunning(compute: Compute, streams: number): FleetTasks {
  const wanted = tasksFor(compute, streams);
  const least = tasksFor(compute, streams, 0);
  const running = (fleet: keyof FleetTasks, most = 0) =>
    least[fleet] > most ? wanted[fleet] : Math.min(wanted[fleet], most);
  return {
    proxies: running('proxies', compute.proxies.maxTasks),
    cpuWorkers: running('cpuWorkers', compute.cpuEncoders.maxTasks),
    gpuWorkers: running('gpuWorkers', compute.gpuEncoders?.maxTasks),
  };
}

export const vcpus = ({ proxies, cpuEncoders }: Compute, tasks: FleetTasks): number =>
  (tasks.proxies * proxies.cpu + tasks.cpuWorkers * cpuEncoders.cpu) / 1_024;
