import type { Deployment } from '../../lib/config/deployment.ts';
import type { Facts } from '../facts.ts';
import { namedZones } from './zones.ts';

/** Regions that the deployment file names and AWS doesn't have: a line for each. */
export const unknownRegions = ({ regions }: Deployment, known: ReadonlySet<string>): string[] =>
  regions.flatMap(({ name }, index) =>
    known.has(name) ? [] : [`regions.${index}.name: there is no AWS region ${name}`],
  );

/** The same for zones, which may differ between accounts. */
export const unknownZones = ({ regions }: Deployment, facts: Pick<Facts, 'regions'>): string[] =>
  regions.flatMap((region, index) => {
    const zones = facts.regions.get(region.name)?.cell?.zones;
    if (!zones || 'unread' in zones) return [];
    const has = zones.value.map(({ id }) => id).sort();
    return (namedZones(region) ?? [])
      .filter((id) => !has.includes(id))
      .map(
        (id) =>
          `regions.${index}: ${region.name} has no zone ${id} in this account; it has ${has.join(', ')}`,
      );
  });
