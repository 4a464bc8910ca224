import type { FleetMember } from '../../lib/control-store/records.ts';
import { Demand } from '../world/demand.ts';
import { limits } from '../world/facts.ts';
import { itemBytes } from '../world/item-bytes.ts';

/** Everything that is counted in a region. */
export class Ledger {
  /** The members of a fleet are one partition of the fleet table. */
  readonly heartbeats = new Demand('heartbeats, writes of one partition', limits.partitionWrites);
  readonly fleetReads = new Demand('readings of the fleet, reads of one partition', limits.partitionReads);
  readonly leaseWrites = new Demand('leases, writes of a cold table', limits.coldTableWrites);
  readonly leaseReads = new Demand('leases, reads of a cold table', limits.coldTableReads);
  readonly streamReads = new Demand('streams, reads of a cold table', limits.coldTableReads);
  readonly streamWrites = new Demand('streams and events, writes of a cold table', limits.coldTableWrites);
  readonly puts = new Demand('origin, writes of one partition', limits.s3Puts);

  /** Workers that a proxy asked, and their refusals. */
  asked = 0;
  refusals = 0;
  /** Times that a broadcaster was told that no encoder has room. */
  unserved = 0;
  /** Broadcasters that did not get in at once, because of that or because their proxy was full. */
  readonly refused = new Set<string>();
  /** Connections that the balancer gave to a proxy without room. */
  fullProxies = 0;
  /** Connections that gave way in a proxy's waiting room. */
  crowdedOut = 0;
  /** Broadcasters at a proxy that looked for a worker at the same time. */
  mostWaiting = 0;
  /** Connections without a verified key at one proxy. */
  fullestRoom = 0;
  /** Times that a broadcaster connected again. */
  reconnects = 0;
  /** Broadcasts that a sweep picked up. */
  swept = 0;
  /** From the interruption until the lease was taken, by cause, in ms. */
  readonly takeovers = {
    'worker lost': [] as number[],
    'proxy lost': [] as number[],
    'proxy replaced': [] as number[],
    'worker and proxy lost': [] as number[],
    'handed over': [] as number[],
    'region lost': [] as number[],
  };

  get demands(): readonly Demand[] {
    const { heartbeats, fleetReads, leaseWrites, leaseReads, streamReads, streamWrites, puts } = this;
    return [heartbeats, fleetReads, leaseWrites, leaseReads, streamReads, streamWrites, puts];
  }
}

/** What one strongly consistent reading of a fleet costs, in read units. */
export const fleetReadUnits = (members: number): number => Math.ceil((members * memberBytes) / 4096);

/** A worker's item, as `lib/adapters/aws/dynamodb/dynamo-fleet-store.ts` writes it. */
export const memberBytes = itemOf({
  id: 'encoder-0123456789abcdef0123456789abcdef' as FleetMember['id'],
  role: 'encoder',
  host: '10.0.100.100',
  port: 1940,
  capacity: 8,
  load: 5,
  state: 'active',
  pool: 'cpu',
  version: 100_000,
});

function itemOf({ id, role, version, ...rest }: FleetMember): number {
  return itemBytes({ id, role, version, expiresAt: 1_790_000_000, facts: { ...rest } });
}

/** Why viewers got nothing new for a while. */
export type Cause = keyof Ledger['takeovers'];
