import type { LeaseRecord } from '../control-store/records.ts';
import type { WorkerRun } from '../protocol/relay/hello.ts';
import { LeaseExpiry } from './policy/lease-expiry.ts';

export interface LeaseWatchOptions {
  readonly run: WorkerRun;
  /** Reads the stream's lease; throws if the control store does not answer. */
  readonly read: () => Promise<LeaseRecord | undefined>;
  /** Monotonic. */
  readonly nowMs: () => number;
  /** The lease has expired, in this version, and the worker was not heard meanwhile. */
  readonly expired: (version: number) => void;
}

/** Finds out when the lease of a worker that has fallen silent expires. */
export class LeaseWatch {
  readonly #options: LeaseWatchOptions;
  readonly #expiry: LeaseExpiry;
  /** How often the worker was heard. */
  #heard = 0;
  #isReading = false;

  constructor(options: LeaseWatchOptions) {
    this.#options = options;
    this.#expiry = new LeaseExpiry(options.run);
  }

  /** The worker is there. */
  heard(): void {
    this.#heard++;
  }

  /** The worker says that it has renewed its lease. */
  renewed(version: number): void {
    this.#expiry.renewed(version, this.#options.nowMs());
  }

  /** Call about every 250 ms, and say whether the worker is silent: then the lease is read. */
  tick(isSilent: boolean): void {
    if (!isSilent) this.#expiry.passed(this.#options.nowMs());
    else if (!this.#isReading) void this.#look();
  }

  async #look(): Promise<void> {
    this.#isReading = true;
    const heard = this.#heard;
    const sentMs = this.#options.nowMs();
    try {
      const lease = await this.#options.read();
      if (heard !== this.#heard) return;
      const expired = this.#expiry.read(lease, sentMs, this.#options.nowMs());
      if (expired !== undefined) this.#options.expired(expired);
    } catch {
      this.#expiry.interrupted();
    } finally {
      this.#isReading = false;
    }
  }
}
