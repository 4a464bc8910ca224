import type { FleetMember } from '../../lib/control-store/records.ts';
import { fleetPartitionOf } from '../../lib/control-store/tables.ts';
import { ProtectionSchedule } from '../../lib/encoder/lease/policy/protection-schedule.ts';
import { StoreWatch } from '../../lib/encoder/lease/policy/store-watch.ts';
import { SweepTurn } from '../../lib/encoder/lease/policy/sweep-turn.ts';
import { arrivalLimits } from '../../lib/ingest/policy/arrival-limits.ts';
import type { FleetView } from '../../lib/ingest/policy/fleet-view.ts';
import { WaitingRoom } from '../../lib/net/policy/waiting-room.ts';
import type { MemberId, StreamId } from '../../lib/routing/ids.ts';

/** A broadcast and its broadcaster. */
export interface Publisher {
  readonly id: StreamId;
  proxy: IngestProxy | undefined;
  /** Has its lease. */
  worker: Worker | undefined;
  /** When viewers stopped getting new media; undefined while they do. */
  interruptedAtMs: number | undefined;
  /** The broadcaster is at a proxy that looks for a worker. */
  isSearching: boolean;
  ended: boolean;
}

/** An encoder worker's process. */
export class Worker {
  readonly id: MemberId;
  /** Of the fleet table. */
  readonly partition: string;
  readonly zone: number;
  readonly capacity: number;
  /** 0 for those of the first version, 1 for those of the deploy. */
  readonly generation: number;
  readonly watch = new StoreWatch();
  readonly hold = new ProtectionSchedule();
  readonly turn: SweepTurn;
  readonly publishers = new Map<StreamId, Publisher>();
  opening = 0;
  alive = true;
  draining = false;
  version = 0;

  constructor(id: string, zone: number, capacity: number, generation: number, sweepsFrom: StreamId) {
    this.id = id as MemberId;
    this.partition = fleetPartitionOf('encoder', id);
    this.zone = zone;
    this.capacity = capacity;
    this.generation = generation;
    this.turn = new SweepTurn(capacity, sweepsFrom);
  }

  get load(): number {
    return this.publishers.size + this.opening;
  }

  /** Its next heartbeat. */
  beat(): FleetMember {
    this.version++;
    const { id, capacity, load, version } = this;
    const state = this.draining ? 'draining' : 'active';
    return {
      id,
      role: 'encoder',
      host: '10.0.100.100',
      port: 1940,
      capacity,
      load,
      state,
      pool: 'cpu',
      version,
    };
  }
}

/** An ingest proxy's process. */
export class IngestProxy {
  readonly id: MemberId;
  readonly zone: number;
  readonly view: FleetView;
  readonly room = new WaitingRoom<symbol>(arrivalLimits);
  readonly publishers = new Set<Publisher>();
  alive = true;
  /** The balancer sends it nobody new. */
  leaving = false;

  constructor(id: string, zone: number, view: FleetView) {
    this.id = id as MemberId;
    this.zone = zone;
    this.view = view;
  }
}
