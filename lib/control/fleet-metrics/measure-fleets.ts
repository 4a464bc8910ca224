import { setTimeout as pause } from 'node:timers/promises';
import type { ControlStore } from '../../control-store/ports.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import { livingMembers, summarizeFleets } from './policy/fleet-summary.ts';

export interface FleetMeasurement {
  readonly store: Pick<ControlStore, 'listFleet'>;
  readonly emit: EmitEvent;
  /** Interval between the two readings, in ms. */
  readonly lookMs: number;
  readonly gpuFleet: boolean;
}

/** Reads the fleets twice and reports the load and headroom of the members that showed a heartbeat in between. */
export async function measureFleets({ store, emit, lookMs, gpuFleet }: FleetMeasurement): Promise<void> {
  const look = () => Promise.all([store.listFleet('ingest'), store.listFleet('encoder')]);
  const [proxies, workers] = await look();
  await pause(lookMs);
  const [proxiesNow, workersNow] = await look();
  const summaries = summarizeFleets(
    livingMembers(proxies, proxiesNow),
    livingMembers(workers, workersNow),
    gpuFleet,
  );
  for (const summary of summaries) emit('control.fleet.measured', { ...summary });
}
