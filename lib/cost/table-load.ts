import type { Deployment } from '../config/deployment.ts';
import { defaultLadder } from '../config/ladder.ts';
import { fleetPartitions } from '../control-store/tables.ts';
import { sweepPageOf } from '../encoder/lease/policy/sweep-turn.ts';
import { duringDeploy, type FleetTasks, fullFleets, mostStreams } from './fleets.ts';
import { quotas } from './quotas.ts';
import { type Workload, workloadOf } from './workload.ts';

/** Requests a second that a table, or one of its partitions, must take, in DynamoDB's units: 1 KB written, or 4 KB read consistently. */
export interface TableLoad {
  readonly writesPerSecond: number;
  readonly readsPerSecond: number;
}

/** What the reads that may be a moment old cost: half a unit for each 4 KB. */
export const eventualReadUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 4_096)) / 2;

const partitions = fleetPartitions('encoder').length;

type Compute = Deployment['compute'];

/** What renewals, and the sweeps of workers that all have room, ask of the leases table. */
export function leaseLoad(
  { cpuEncoders, gpuEncoders }: Compute,
  streams: number,
  { cpuWorkers, gpuWorkers }: FleetTasks,
  { leaseWrites, sweeps }: Workload = workloadOf(defaultLadder),
): TableLoad {
  // A sweep reads the page before once more.
  const sweepReads = (capacity: number) => sweeps * 2 * sweepPageOf(capacity) * eventualReadUnits(0);
  return {
    writesPerSecond: streams * leaseWrites,
    readsPerSecond:
      cpuWorkers * sweepReads(cpuEncoders.streams) + gpuWorkers * sweepReads(gpuEncoders?.streams ?? 0),
  };
}

/** What the records and the health of broadcasts on air ask of the streams table. */
export const streamsLoad = (
  streams: number,
  { reportWrites, healthWrites }: Workload = workloadOf(defaultLadder),
): TableLoad => ({ writesPerSecond: streams * (reportWrites + healthWrites), readsPerSecond: 0 });

/** What one reading of the list of workers costs in each of its partitions. */
export const fleetReadUnits = (
  workers: number,
  { fleetItemBytes }: Workload = workloadOf(defaultLadder),
): number => eventualReadUnits((workers / partitions) * fleetItemBytes);

/** What heartbeats, and the proxies' reads of the workers', ask of each partition that holds workers. */
export function fleetPartitionLoad(
  { proxies, cpuWorkers, gpuWorkers }: FleetTasks,
  workload: Workload = workloadOf(defaultLadder),
): TableLoad {
  const workers = cpuWorkers + gpuWorkers;
  return {
    writesPerSecond: (workers * workload.heartbeats) / partitions,
    readsPerSecond: proxies * workload.heartbeats * fleetReadUnits(workers, workload),
  };
}

/** The same for the whole table, with the proxies' own heartbeats. */
export function fleetLoad(tasks: FleetTasks, workload: Workload = workloadOf(defaultLadder)): TableLoad {
  const { writesPerSecond, readsPerSecond } = fleetPartitionLoad(tasks, workload);
  return {
    writesPerSecond: partitions * writesPerSecond + tasks.proxies * workload.heartbeats,
    readsPerSecond: partitions * readsPerSecond,
  };
}

/** What a new on-demand table takes. */
export const coldTable: TableLoad = {
  writesPerSecond: quotas['dynamodb-table-writes'].most,
  readsPerSecond: quotas['dynamodb-table-reads'].most,
};

/** What one takes that was made as warm as AWS's quota for a table allows. */
export const warmTable: TableLoad = {
  writesPerSecond: quotas['dynamodb-most-writes'].most,
  readsPerSecond: quotas['dynamodb-most-reads'].most,
};

export interface WarmTables {
  readonly streams: TableLoad | undefined;
  readonly leases: TableLoad | undefined;
  readonly fleet: TableLoad | undefined;
}

/**
 * The tables of which more would be asked than a new one takes, while a deploy runs the full fleets twice and with room for half as much
 * again. They are as warm as can be, and not just warm enough: AWS refuses to make a table less warm, which would fail a later deploy of
 * smaller fleets.
 */
export function warmTables(compute: Compute): WarmTables {
  const tasks = duringDeploy(fullFleets(compute));
  const most = mostStreams(compute);
  return {
    streams: warmed(streamsLoad(most)),
    leases: warmed(leaseLoad(compute, most, tasks)),
    fleet: warmed(fleetLoad(tasks)),
  };
}

const warmed = ({ writesPerSecond, readsPerSecond }: TableLoad): TableLoad | undefined =>
  1.5 * writesPerSecond > coldTable.writesPerSecond || 1.5 * readsPerSecond > coldTable.readsPerSecond
    ? warmTable
    : undefined;
