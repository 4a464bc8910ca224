import type { FleetMember } from '../control-store/records.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import type { FleetView } from './policy/fleet-view.ts';
import type { IngestStore } from './ports.ts';

export interface FleetLinkOptions {
  readonly store: Pick<IngestStore, 'heartbeat' | 'listFleet' | 'removeMember'>;
  readonly fleet: FleetView;
  readonly emit: EmitEvent;
  /** This proxy as it is now. */
  readonly self: () => Omit<FleetMember, 'version'>;
  /** Until the certificate that is shown is over, where that is known. */
  readonly certificateDaysLeft?: () => number | undefined;
  /** @default 1,000 */
  readonly everyMs?: number;
  /** @default 10,000 */
  readonly loadEveryMs?: number;
}

/**
 * Says once a second that this proxy is there, and looks which workers are; says its load in the log every 10 s. Goes on
 * while the store is down.
 */
export class FleetLink {
  readonly #options: FleetLinkOptions;
  #timer: NodeJS.Timeout | undefined;
  #telling: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();
  #available = true;

  constructor(options: FleetLinkOptions) {
    this.#options = options;
  }

  /** Looks and speaks once, then regularly. Does not fail where the store is down. */
  async start(): Promise<void> {
    await this.#beat();
    this.#telling = setInterval(() => this.#tellLoad(), this.#options.loadEveryMs ?? 10_000);
    let busy = false;
    this.#timer = setInterval(() => {
      if (busy) return;
      busy = true;
      this.#beating = this.#beat().finally(() => {
        busy = false;
      });
    }, this.#options.everyMs ?? 1_000);
  }

  /** Takes this proxy out of the fleet. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    clearInterval(this.#telling);
    await this.#beating;
    const { id, role } = this.#options.self();
    await this.#options.store.removeMember(role, id).catch(() => {});
  }

  #tellLoad(): void {
    const { emit, self, certificateDaysLeft } = this.#options;
    const { load: sessions, capacity } = self();
    const daysLeft = certificateDaysLeft?.();
    emit('ingest.load', {
      sessions,
      capacity,
      storeUnavailable: this.#available ? 0 : 1,
      ...(daysLeft === undefined ? {} : { certificateDaysLeft: daysLeft }),
    });
  }

  async #beat(): Promise<void> {
    const { store, fleet, emit, self } = this.#options;
    const operation = 'fleet';
    try {
      // In this order: a proxy whose own heartbeat cannot be written (a full disk, a store that only reads) must not
      // take the silence of others for their death.
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
