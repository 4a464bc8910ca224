import type { FleetMember, FleetRole } from '../../../control-store/records.ts';

/** What a fleet, or one pool of it, has and could take. */
export interface FleetSummary {
  readonly fleet: FleetRole;
  readonly pool: 'cpu' | 'gpu';
  /** Members that live and take streams. */
  readonly members: number;
  /** Streams that all living members have, those that drain too. */
  readonly streams: number;
  /** Streams that the members could take at once. */
  readonly headroomStreams: number;
  /** How full the members are; 100 where there is none, for then nothing fits. */
  readonly utilizationPercent: number;
}

/**
 * The members that gave a sign of life between two looks, as the second saw them: their version rose, or they are new.
 * The looks must be further apart than heartbeats are. Clocks are never compared.
 */
export function livingMembers(
  first: readonly FleetMember[],
  second: readonly FleetMember[],
): readonly FleetMember[] {
  const before = new Map(first.map(({ id, version }) => [id, version]));
  return second.filter(({ id, version }) => before.get(id) !== version);
}

/**
 * The fleets as metrics show them: the proxies, the workers without a graphics card and, where one lives or `gpuFleet`
 * says that there must be some, those with one.
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
