import type { FleetMember } from '../../control-store/records.ts';

/**
 * Broadcasts of workers that are alive, from two looks at the fleet: a worker that did not raise its version in between is dead, and
 * its broadcasts are over or have moved.
 */
export function broadcastsOf(before: readonly FleetMember[], after: readonly FleetMember[]): number {
  const versions = new Map(before.map(({ id, version }) => [id, version]));
  return after
    .filter(({ id, version }) => version !== versions.get(id))
    .reduce((sum, { load }) => sum + load, 0);
}
