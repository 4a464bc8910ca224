import type { FleetMember } from '../control-store/records.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import type { DoorReport } from './arrivals.ts';
import type { FleetView } from './policy/fleet-view.ts';
import { routeTiming } from './policy/route-timing.ts';
import type { IngestStore } from './ports.ts';

export interface FleetLinkOptions {
  readonly store: Pick<IngestStore, 'heartbeat' | 'listFleet' | 'removeMember'>;
  readonly fleet: FleetView;
  readonly emit: EmitEvent;
  /** This proxy's current record. */
  readonly self: () => Omit<FleetMember, 'version'>;
  /** What happened at the door since the last call. */
  readonly door: () => DoorReport;
  /** Days until the certificate in use expires, if known. */
  readonly certificateDaysLeft?: () => number | undefined;
  /** @default 1,000 */
  readonly everyMs?: number;
  /** @default 10,000 */
  readonly loadEveryMs?: number;
}

/**
 * Every second, writes this proxy's heartbeat and reads which workers are alive; every 10 s, logs its load. Keeps running
 * while the store is down.
 */
export class FleetLink {
  readonly #options: FleetLinkOptions;
  #timer: NodeJS.Timeout | undefined;
  #loadTimer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();
  #available = true;

  constructor(options: FleetLinkOptions) {
    this.#options = options;
  }

  /** Writes and reads once, then regularly. Doesn't fail if the store is down. */
  async start(): Promise<void> {
    await this.#beat();
    this.#loadTimer = setInterval(() => this.#emitLoad(), this.#options.loadEveryMs ?? 10_000);
    let busy = false;
    this.#timer = setInterval(() => {
      if (busy) return;
      busy = true;
      this.#beating = this.#beat().finally(() => {
        busy = false;
      });
    }, this.#options.everyMs ?? routeTiming.fleetEveryMs);
  }

  /** Removes this proxy from the fleet. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    clearInterval(this.#loadTimer);
    await this.#beating;
    const { id, role } = this.#options.self();
    await this.#options.store
      .removeMember(role, id)
      .catch((cause: unknown) => this.#options.emit('ingest.leave.failed', { cause }));
  }

  #emitLoad(): void {
    const { emit, self, door, certificateDaysLeft } = this.#options;
    const { load: sessions, capacity } = self();
    const { sockets, crowdedOut, client } = door();
    const daysLeft = certificateDaysLeft?.();
    emit('ingest.load', {
      sessions,
      sockets,
      capacity,
      storeUnavailable: this.#available ? 0 : 1,
      ...(daysLeft === undefined ? {} : { certificateDaysLeft: daysLeft }),
    });
    if (crowdedOut > 0) emit('ingest.connections.crowded', { connections: crowdedOut, client });
  }

  async #beat(): Promise<void> {
    const { store, fleet, emit, self } = this.#options;
    const operation = 'fleet';
    try {
      // In this order: a proxy whose own heartbeat cannot be written (a full disk, a read-only store) must not mistake the
      // silence of others for their death.
      await store.heartbeat(self());
      fleet.observe(await store.listFleet('encoder'), performance.now());
      if (!this.#available) emit('ingest.store.available', { operation });
      this.#available = true;
    } catch (cause) {
      fleet.interrupted();
      if (this.#available) emit('ingest.store.unavailable', { operation, cause });
      this.#available = false;
    }
  }
}
