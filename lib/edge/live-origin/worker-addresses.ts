import type { Clock } from '../../net/clock.ts';
import type { MemberId } from '../../routing/ids.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import type { LiveOriginStore, MediaAddress } from '../ports.ts';

/** Workers come and go by the minute; a worker's own address never changes. */
const readEveryMs = 5_000;
/** When a worker is missing, or has moved. */
const leastBetweenMs = 300;

export interface WorkerAddressesOptions {
  readonly store: Pick<LiveOriginStore, 'listFleet'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly emit: EmitEvent;
}

/** Where workers answer, as the fleet's records say. Whether they live is found out by asking them. */
export class WorkerAddresses {
  readonly #options: WorkerAddressesOptions;
  #known: ReadonlyMap<MemberId, MediaAddress> = new Map();
  #readMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  #isReadable = true;

  constructor(options: WorkerAddressesOptions) {
    this.#options = options;
  }

  /** Undefined if there is no such worker, or if it has no media port. */
  async find(id: MemberId): Promise<MediaAddress | undefined> {
    const ageMs = this.#options.clock.nowMs() - this.#readMs;
    const known = this.#known.get(id);
    if (known !== undefined && ageMs >= readEveryMs) void this.#read();
    if (known !== undefined || ageMs < leastBetweenMs) return known;
    await this.#read();
    return this.#known.get(id);
  }

  /** Reads them again: a worker does not answer where it should be. */
  doubt(): void {
    if (this.#options.clock.nowMs() - this.#readMs >= leastBetweenMs) void this.#read();
  }

  /** With the control store down, what is known stays. */
  #read(): Promise<void> {
    this.#reading ??= this.#options.store
      .listFleet('encoder')
      .then(
        (members) => {
          const known = new Map<MemberId, MediaAddress>();
          for (const { id, host, mediaPort } of members)
            if (mediaPort !== undefined) known.set(id, { id, host, mediaPort });
          this.#known = known;
          this.#readable(true);
        },
        (cause: unknown) => this.#readable(false, cause),
      )
      .finally(() => {
        this.#readMs = this.#options.clock.nowMs();
        this.#reading = undefined;
      });
    return this.#reading;
  }

  #readable(isReadable: boolean, cause?: unknown): void {
    if (isReadable === this.#isReadable) return;
    this.#isReadable = isReadable;
    const { emit } = this.#options;
    if (isReadable) emit('edge.fleet.readable', {});
    else emit('edge.fleet.unreadable', { cause });
  }
}
