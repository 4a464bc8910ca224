import { leaseMs } from '../../control-store/fleet-times.ts';
import type { LeaseRecord } from '../../control-store/records.ts';
import type { WorkerRun } from '../../protocol/relay/hello.ts';

/** The most that one step between two reads counts for: whoever reads may have stood still itself, and the holder with it. */
const maxStepMs = 500;

/**
 * Whether a worker has let its lease expire, by the same rule by which another worker may take it: the version has not changed for the
 * lease time on the observer's own monotonic clock, counting only time in which the control store answered.
 */
export class LeaseExpiry {
  readonly #run: WorkerRun;
  #seen: { readonly version: number; readonly atMs: number; readonly unchangedMs: number } | undefined;

  constructor(run: WorkerRun) {
    this.#run = run;
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
    const known = this.#seen?.version === version ? this.#seen : undefined;
    const stepMs = known ? Math.min(sentMs - known.atMs, maxStepMs) : 0;
    const unchangedMs = (known?.unchangedMs ?? 0) + stepMs;
    this.#seen = { version, atMs: answeredMs, unchangedMs };
    return unchangedMs >= leaseMs ? version : undefined;
  }

  /** The control store did not answer: perhaps not the holder either. */
  interrupted(): void {
    this.#seen = undefined;
  }
}
