import type { FleetStore } from '../../../control-store/ports.ts';
import type { FleetMember } from '../../../control-store/records.ts';
import { fleetPartitionOf, fleetPartitions } from '../../../control-store/tables.ts';
import { unixSecondsIn } from './dynamo-expiry.ts';
import type { DynamoRequests } from './dynamo-requests.ts';

/** Members that died silently leave the list after this long; observers consider them dead within seconds. */
const keptMs = 24 * 60 * 60 * 1000;

export function dynamoFleetStore(requests: DynamoRequests): FleetStore {
  return {
    async heartbeat(member) {
      const { role, id, ...facts } = member;
      // The facts are a single attribute, so that facts no longer reported don't linger.
      await requests.update(
        'fleet',
        { role: fleetPartitionOf(role, id), id },
        'SET #facts = :facts, #expiresAt = :expiresAt ADD #version :one',
        { values: { facts, expiresAt: unixSecondsIn(keptMs), one: 1 } },
      );
    },
    async listFleet(role) {
      // Eventually consistent at half the cost: a beat that is read a moment late counts for the next second.
      const read = (partition: string) =>
        requests.query('fleet', '#role = :role', { role: partition }, { isEventual: true });
      const items = await Promise.all(fleetPartitions(role).map(read));
      return items
        .flat()
        .map(({ facts, id, version }) => ({ ...(facts as object), role, id, version }) as FleetMember);
    },
    removeMember: (role, id) => requests.delete('fleet', { role: fleetPartitionOf(role, id), id }),
  };
}
