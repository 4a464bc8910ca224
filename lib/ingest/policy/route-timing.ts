import { fleetBeatMs } from '../../control-store/fleet-times.ts';
import type { RetryPolicy } from '../../retry/policy/backoff.ts';

/** How a proxy looks for a worker; simulations import it from here. */
export const routeTiming = {
  /** Pause between two rounds through the workers: a dead worker's lease must expire, a draining one must release it. */
  betweenRounds: { firstMs: 250, longestMs: 250, jitter: 0.2 },
  /** Pause between two attempts to move away from a draining worker; jittered, because all its publishers move. */
  betweenMoves: { firstMs: 250, longestMs: 250, jitter: 0.2 },
  /** One such attempt tries each worker once, and takes at most this long until one of them is ready. */
  moveAttemptMs: 5_000,
  /**
   * The sockets of a process that ends close one after the other: the link may break while its port still takes connections, which break,
   * too. Before it is passed over, it is dialled again.
   */
  whileEnding: { firstMs: 25, longestMs: 100, jitter: 0.2, tries: 4 },
  connectTimeoutMs: 1_000,
  /** A worker makes a second publisher wait for about 2 s before it answers (docs/decisions/0011). */
  answerTimeoutMs: 4_000,
  /** From one reading of the fleet, and heartbeat of its own, to the next. */
  fleetEveryMs: fleetBeatMs,
  /** From one check of a publisher's link to the next. */
  linkEveryMs: 250,
} as const satisfies Record<string, number | RetryPolicy>;
