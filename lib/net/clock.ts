/** One clock for every program, so that monotonic and wall time can't be taken for each other. */
export interface Clock {
  /** Monotonic milliseconds: for durations, deadlines and leases. Means nothing to another process. */
  nowMs(): number;
  /** Unix milliseconds: for people, manifests and records. It may jump. */
  wallMs(): number;
}

/** The clock of this machine. */
export const systemClock: Clock = { nowMs: () => performance.now(), wallMs: () => Date.now() };
