import { fleetPartitions } from '../../lib/control-store/tables.ts';
import { quotas } from '../../lib/cost/quotas.ts';
import { coldTable, type TableLoad, type WarmTables } from '../../lib/cost/table-load.ts';
import { Demand } from '../world/demand.ts';

const table = (name: string, { writesPerSecond, readsPerSecond }: TableLoad) => ({
  writes: new Demand(`${name}, writes of the table`, writesPerSecond),
  reads: new Demand(`${name}, read units of the table`, readsPerSecond),
});

/** Everything that is counted in a region. Tables take what they are created for. */
export class Ledger {
  /** Of the workers, by the partition of the fleet table that holds them. */
  readonly heartbeats: ReadonlyMap<string, Demand> = new Map(
    fleetPartitions('encoder').map((partition) => [
      partition,
      new Demand(
        `heartbeats, writes of the busiest of ${fleetPartitions('encoder').length} partitions`,
        quotas['dynamodb-partition-writes'].most,
      ),
    ]),
  );
  readonly fleetReads = new Demand(
    'readings of the fleet, read units of the largest partition',
    quotas['dynamodb-partition-reads'].most,
  );
  readonly fleet: ReturnType<typeof table>;
  readonly leases: ReturnType<typeof table>;
  readonly streams = table('streams and events', coldTable);
  readonly puts = new Demand('origin, writes of one partition', quotas['s3-puts'].most);

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

  constructor({ fleet = coldTable, leases = coldTable }: WarmTables) {
    this.fleet = table('fleet', fleet);
    this.leases = table('leases', leases);
  }

  /** All of them, as of now. */
  settle(nowMs: number): readonly Demand[] {
    const [heartbeats] = [...this.heartbeats.values()]
      .map((demand) => demand.settle(nowMs))
      .toSorted((a, b) => b.peak - a.peak);
    const { fleetReads, fleet, leases, streams, puts } = this;
    const tables = [fleet, leases, streams].flatMap(({ writes, reads }) => [writes, reads]);
    return [heartbeats!, ...[fleetReads, ...tables, puts].map((demand) => demand.settle(nowMs))];
  }
}

/** Why viewers got nothing new for a while. */
export type Cause = keyof Ledger['takeovers'];
