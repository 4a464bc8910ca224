import type { FleetMember, FleetRole } from '../../../control-store/records.ts';

/** Load and headroom of a fleet, or of one of its pools. */
export interface FleetSummary {
  readonly fleet: FleetRole;
  readonly pool: 'cpu' | 'gpu';
  /** Living members that accept streams. */
  readonly members: number;
  /** Streams on all living members, including draining ones. */
  readonly streams: number;
  /** Additional streams the members could accept right now. */
  readonly headroomStreams: number;
  /** Utilization of the members; 100 if there are none, because then nothing fits. */
  readonly utilizationPercent: number;
}

/**
 * The members that showed a heartbeat between two readings, as of the second: their version rose, or they are new. The interval
 * must be longer than the heartbeat interval. Clocks are never compared.
 */
export function livingMembers(
  first: readonly FleetMember[],
  second: readonly FleetMember[],
): readonly FleetMember[] {
  const before = new Map(first.map(({ id, version }) => [id, version]));
  return second.filter(({ id, version }) => before.get(id) !== version);
}

/**
 * The fleets as shown in metrics: proxies, CPU workers and, if any is alive or `gpuFleet` requires them, GPU workers.
 */
export function summarizeFleets(
  ingest: readonly FleetMember[],
  encoder: readonly FleetMember[],
  gpuFleet: boolean,
): FleetSummary[] {
  const [cpu, gpu] = (['cpu', 'gpu'] as const).map((pool) =>
    encoder.filter((member) => (member.pool ?? 'cpu') === pool),
  );
  return [
    summarize('ingest', 'cpu', ingest),
    summarize('encoder', 'cpu', cpu ?? []),
    ...(gpuFleet || gpu?.length ? [summarize('encoder', 'gpu', gpu ?? [])] : []),
  ];
}

function summarize(
  fleet: FleetRole,
  pool: FleetSummary['pool'],
  living: readonly FleetMember[],
): FleetSummary {
  const active = living.filter(({ state }) => state === 'active');
  const capacity = sum(active, (member) => member.capacity);
  return {
    fleet,
    pool,
    members: active.length,
    streams: sum(living, ({ load }) => load),
    headroomStreams: sum(active, ({ capacity, load }) => Math.max(0, capacity - load)),
    utilizationPercent: capacity === 0 ? 100 : (sum(active, ({ load }) => load) / capacity) * 100,
  };
}

const sum = (members: readonly FleetMember[], of: (member: FleetMember) => number): number =>
  members.reduce((total, member) => total + of(member), 0);
