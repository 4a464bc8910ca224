import { leaseMs } from '../../control-store/fleet-times.ts';
import type { LeaseRecord } from '../../control-store/records.ts';
import type { WorkerRun } from '../../protocol/relay/hello.ts';

/** The most that one step counts for: whoever looks may have stood still itself, and the holder with it. */
const maxStepMs = 500;

interface Seen {
  readonly version: number;
  /** Up to when `unchangedMs` counts. */
  readonly atMs: number;
  readonly unchangedMs: number;
}

/**
 * Whether a worker has let its lease expire, by the same rule by which another worker may take it: the version has not changed for the
 * lease time on the observer's own monotonic clock. The count begins when the holder says that it has renewed, or with a first read;
 * once the lease is read, only time in which the control store answered counts.
 */
export class LeaseExpiry {
  readonly #run: WorkerRun;
  #seen: Seen | undefined;

  constructor(run: WorkerRun) {
    this.#run = run;
  }

  /** The holder says that the lease has this version now. */
  renewed(version: number, nowMs: number): void {
    this.#seen = { version, atMs: nowMs, unchangedMs: 0 };
  }

  /** Time passes without a reason to read. Call often: what isn't told doesn't count for more than half a second. */
  passed(nowMs: number): void {
    if (this.#seen)
      this.#seen = { ...this.#seen, atMs: nowMs, unchangedMs: this.#countedMs(this.#seen, nowMs) };
  }

  /**
   * Evaluates one read, which was sent and answered at these times. Returns the lease's version if it has expired in it: nobody has to wait
   * for that again as long as it still has that version.
   */
  read(lease: LeaseRecord | undefined, sentMs: number, answeredMs: number): number | undefined {
    if (lease?.workerId !== this.#run.worker || lease.epoch !== this.#run.epoch || lease.released) {
      this.#seen = undefined;
      return undefined;
    }
    const { version } = lease;
    const unchangedMs = this.#seen?.version === version ? this.#countedMs(this.#seen, sentMs) : 0;
    this.#seen = { version, atMs: answeredMs, unchangedMs };
    return unchangedMs >= leaseMs ? version : undefined;
  }

  /** The control store did not answer: perhaps not the holder either. */
  interrupted(): void {
    this.#seen = undefined;
  }

  #countedMs({ atMs, unchangedMs }: Seen, nowMs: number): number {
    return unchangedMs + Math.min(nowMs - atMs, maxStepMs);
  }
}
