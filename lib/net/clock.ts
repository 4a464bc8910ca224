/** One clock interface for every program, so that monotonic and wall time can't be confused. */
export interface Clock {
  /** Monotonic milliseconds: for durations, deadlines and leases. Meaningless to other processes. */
  nowMs(): number;
  /** Unix milliseconds: for people, manifests and records. It may jump. */
  wallMs(): number;
}

/** The clock of this machine. */
export const systemClock: Clock = { nowMs: () => performance.now(), wallMs: () => Date.now() };
