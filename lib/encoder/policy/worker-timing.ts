import { fleetBeatMs } from '../../control-store/fleet-times.ts';

/** How often a worker does what costs the control store and its metrics something; simulations import it from here. */
export const workerTiming = {
  /** Its record in the fleet. */
  heartbeatMs: fleetBeatMs,
  /** A look at a page of the open broadcasts, for abandoned ones. */
  sweepMs: 5_000,
  /** The input's current bit rate, in a broadcast's record. */
  inputReportMs: 5_000,
  /** Its load, for metrics. */
  loadEveryMs: 10_000,
} as const;
