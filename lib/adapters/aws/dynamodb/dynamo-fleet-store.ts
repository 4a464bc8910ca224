import type { FleetStore } from '../../../control-store/ports.ts';
import type { FleetMember } from '../../../control-store/records.ts';
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
        { role, id },
        'SET #facts = :facts, #expiresAt = :expiresAt ADD #version :one',
        { values: { facts, expiresAt: unixSecondsIn(keptMs), one: 1 } },
      );
    },
    async listFleet(role) {
      const items = await requests.query('fleet', '#role = :role', { role });
      return items.map(
        ({ facts, id, version }) => ({ ...(facts as object), role, id, version }) as FleetMember,
      );
    },
    removeMember: (role, id) => requests.delete('fleet', { role, id }),
  };
}
