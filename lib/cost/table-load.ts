import type { Deployment } from '../config/deployment.ts';
import { defaultLadder } from '../config/ladder.ts';
import { fleetPartitions } from '../control-store/tables.ts';
import type { FleetTasks } from './fleets.ts';
import { quotas } from './quotas.ts';
import { type Workload, workloadOf } from './workload.ts';

/** Requests a second that a table must take, in DynamoDB's units: 1 KB written, or 4 KB read consistently. */
export interface TableLoad {
  readonly writesPerSecond: number;
  readonly readsPerSecond: number;
}

/** A query that is not strongly consistent reads 4 KB for half a unit. */
const eventualReadBytes = 4_096;
const eventualReadUnits = 0.5;

type Compute = Deployment['compute'];

/** The most streams that a region's fleets carry at a time. */
export function mostStreams({ cpuEncoders, gpuEncoders }: Compute): number {
  const onGpus = gpuEncoders ? gpuEncoders.maxTasks * gpuEncoders.streams : 0;
  return cpuEncoders.maxTasks * cpuEncoders.streams + onGpus;
}

/** What renewals ask of the leases table. A lease is read only when somebody wants to take it. */
export function leaseLoad(streams: number, { leaseWrites } = workloadOf(defaultLadder)): TableLoad {
  return { writesPerSecond: streams * leaseWrites, readsPerSecond: 0 };
}

/** What heartbeats, and the proxies' reads of the workers', ask of the fleet table. */
export function fleetLoad(
  { proxies, cpuWorkers, gpuWorkers }: FleetTasks,
  { heartbeats, fleetItemBytes }: Workload = workloadOf(defaultLadder),
): TableLoad {
  const workers = cpuWorkers + gpuWorkers;
  const partitions = fleetPartitions('encoder').length;
  const bytesPerQuery = (workers / partitions) * fleetItemBytes;
  const unitsPerQuery = Math.max(1, Math.ceil(bytesPerQuery / eventualReadBytes)) * eventualReadUnits;
  return {
    writesPerSecond: (workers + proxies) * heartbeats,
    readsPerSecond: proxies * heartbeats * partitions * unitsPerQuery,
  };
}

export interface WarmTables {
  readonly leases: TableLoad | undefined;
  readonly fleet: TableLoad | undefined;
}

/** What the tables must take at once when the fleets are full, with room for as much again; undefined for what a new one takes. */
export function warmTables(compute: Compute): WarmTables {
  const { proxies, cpuEncoders, gpuEncoders } = compute;
  const full: FleetTasks = {
    proxies: proxies.maxTasks,
    cpuWorkers: cpuEncoders.maxTasks,
    gpuWorkers: gpuEncoders?.maxTasks ?? 0,
  };
  return { leases: warmed(leaseLoad(mostStreams(compute))), fleet: warmed(fleetLoad(full)) };
}

function warmed(load: TableLoad): TableLoad | undefined {
  const cold: TableLoad = {
    writesPerSecond: quotas['dynamodb-table-writes'].most,
    readsPerSecond: quotas['dynamodb-table-reads'].most,
  };
  const writesPerSecond = Math.max(cold.writesPerSecond, Math.ceil(2 * load.writesPerSecond));
  const readsPerSecond = Math.max(cold.readsPerSecond, Math.ceil(2 * load.readsPerSecond));
  const isCold = writesPerSecond === cold.writesPerSecond && readsPerSecond === cold.readsPerSecond;
  return isCold ? undefined : { writesPerSecond, readsPerSecond };
}
