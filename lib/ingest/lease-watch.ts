import type { LeaseRecord } from '../control-store/records.ts';
import type { WorkerRun } from '../protocol/relay/hello.ts';
import { LeaseExpiry } from './policy/lease-expiry.ts';

/** Reads the lease of a worker that has fallen silent. */
export class LeaseWatch {
  readonly #run: WorkerRun;
  readonly #read: () => Promise<LeaseRecord | undefined>;
  #expiry: LeaseExpiry | undefined;
  #expired: number | undefined;
  #isReading = false;

  /** `read`: throws if the control store does not answer. */
  constructor(run: WorkerRun, read: () => Promise<LeaseRecord | undefined>) {
    this.#run = run;
    this.#read = read;
  }

  /** Call about every 250 ms while the worker is silent. Returns the version in which its lease has expired. */
  look(): number | undefined {
    this.#expiry ??= new LeaseExpiry(this.#run);
    if (!this.#isReading) void this.#look(this.#expiry);
    return this.#expired;
  }

  /** The worker is there. */
  heard(): void {
    this.#expiry = undefined;
    this.#expired = undefined;
  }

  async #look(expiry: LeaseExpiry): Promise<void> {
    this.#isReading = true;
    const sentMs = performance.now();
    try {
      const expired = expiry.read(await this.#read(), sentMs, performance.now());
      // It may have been heard meanwhile.
      if (expiry === this.#expiry) this.#expired = expired;
    } catch {
      expiry.interrupted();
    } finally {
      this.#isReading = false;
    }
  }
}
