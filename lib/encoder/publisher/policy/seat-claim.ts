/** A publisher silent this long may be dead. */
export const silentMs = 1500;
/** Media from the old session this soon after a newcomer arrives was already in flight; it proves nothing. */
const inFlightMs = 500;
/**
 * Data that a network held up arrives in one burst, even if its sender died long ago. So a publisher that had gone silent
 * must send for this long before its media proves it alive.
 */
const proofMs = 3000;

/** What is known about the current session when a newcomer wants its seat. Monotonic times in ms. */
export interface SeatClaim {
  readonly nowMs: number;
  /** When the newcomer arrived. */
  readonly arrivedAtMs: number;
  readonly lastMediaAtMs: number;
  /** How long no media has arrived while we were reading. */
  readonly silentForMs: number;
  /** When media resumed after the last silence; undefined if there was none. */
  readonly silenceEndedAtMs?: number;
  /** We have paused reading; don't count this as silence. */
  readonly paused: boolean;
}

/**
 * Decides whether a newcomer with the right key takes the seat from another session (docs/decisions/0011): `take` it,
 * `refuse` the newcomer, or `wait` for what the old session does. Only silence decides: an encoder whose network broke
 * reconnects before anyone knows that its old connection is dead, and each refusal would make it back off for longer.
 */
export function judgeClaim(claim: SeatClaim): 'take' | 'refuse' | 'wait' {
  const { nowMs, arrivedAtMs, lastMediaAtMs, silentForMs, silenceEndedAtMs, paused } = claim;
  if (paused) return 'wait';
  if (silentForMs >= silentMs) return 'take';
  if (silenceEndedAtMs !== undefined && nowMs - silenceEndedAtMs < proofMs) return 'take';
  return lastMediaAtMs > arrivedAtMs + inFlightMs ? 'refuse' : 'wait';
}
