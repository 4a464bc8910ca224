import type { Deployment } from '../../config/deployment.ts';
import { fleetPartitions } from '../../control-store/tables.ts';
import { renewEveryMs } from '../../encoder/lease/policy/fence.ts';

/** Requests a second that a table must take at once, in DynamoDB's units: 1 KB written, or 4 KB read consistently. */
export interface TableLoad {
  readonly writesPerSecond: number;
  readonly readsPerSecond: number;
}

/** What a new on-demand table takes at once; it grows by itself from there, in minutes. */
export const coldTable: TableLoad = { writesPerSecond: 4000, readsPerSecond: 12_000 };

/** A fleet member's item, with the names of its attributes. */
const memberBytes = 300;
/** Heartbeats, and reads of the list of workers, a second. */
const beatsPerSecond = 1;
/** A query that is not strongly consistent reads 8 KB a unit, and is charged for half a unit at least. */
const bytesPerEventualUnit = 8192;
const leastPerQuery = 0.5;

type Compute = Deployment['compute'];

/** The most streams that a region's fleets carry at a time. */
export function mostStreams({ cpuEncoders, gpuEncoders }: Compute): number {
  return (
    cpuEncoders.maxTasks * cpuEncoders.streams +
    (gpuEncoders ? gpuEncoders.maxTasks * gpuEncoders.streams : 0)
  );
}

/** What renewals ask of the leases table when the fleets are full. A lease is read only when somebody wants to take it. */
export function leaseLoad(compute: Compute): TableLoad {
  return { writesPerSecond: mostStreams(compute) * (1000 / renewEveryMs), readsPerSecond: 0 };
}

/** What heartbeats, and the proxies' reads of them, ask of the fleet table when the fleets have their most tasks. */
export function fleetLoad({ proxies, cpuEncoders, gpuEncoders }: Compute): TableLoad {
  const workers = cpuEncoders.maxTasks + (gpuEncoders?.maxTasks ?? 0);
  const partitions = fleetPartitions('encoder').length;
  const unitsPerQuery = Math.max(
    leastPerQuery,
    Math.ceil(((workers / partitions) * memberBytes) / (bytesPerEventualUnit / 2)) / 2,
  );
  return {
    writesPerSecond: (workers + proxies.maxTasks) * beatsPerSecond,
    readsPerSecond: proxies.maxTasks * partitions * unitsPerQuery * beatsPerSecond,
  };
}

/** The same with room for as much again; undefined if a new table takes it as it is. */
export function warmThroughputFor(load: TableLoad): TableLoad | undefined {
  const writesPerSecond = Math.max(coldTable.writesPerSecond, Math.ceil(2 * load.writesPerSecond));
  const readsPerSecond = Math.max(coldTable.readsPerSecond, Math.ceil(2 * load.readsPerSecond));
  const isCold = writesPerSecond === coldTable.writesPerSecond && readsPerSecond === coldTable.readsPerSecond;
  return isCold ? undefined : { writesPerSecond, readsPerSecond };
}
