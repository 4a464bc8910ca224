/** Media that does not come for this long is the silence of a publisher that may be dead. */
export const silentMs = 1500;
/** Media of the old session that comes so soon after a newcomer was on its way already; it shows no life. */
const inFlightMs = 500;
/**
 * What a network held up during a silence comes out in one go, also when its sender is long gone. So a publisher that had been silent
 * must have gone on for this long before its media shows that it lives.
 */
const proofMs = 3000;

/** What is known of the session in the seat when another one wants it. Monotonic times in ms. */
export interface SeatClaim {
  readonly nowMs: number;
  /** When the newcomer came. */
  readonly arrivedAtMs: number;
  readonly lastMediaAtMs: number;
  /** How long no media has come, as far as we listened. */
  readonly silentForMs: number;
  /** When media came again after the last silence; undefined where there was none. */
  readonly silenceEndedAtMs?: number;
  /** We do not read from it at the moment: that is not its silence. */
  readonly paused: boolean;
}

/**
 * Whether a newcomer with the right key takes the seat of another session (docs/decisions/0011): `take` it, `refuse` the newcomer, or
 * `wait` for what the old session does. Silence decides, and only silence: an encoder whose network broke is back before anybody
 * knows that its old connection is dead, and a refusal would make it stay away for longer each time.
 */
export function judgeClaim(claim: SeatClaim): 'take' | 'refuse' | 'wait' {
  const { nowMs, arrivedAtMs, lastMediaAtMs, silentForMs, silenceEndedAtMs, paused } = claim;
  if (paused) return 'wait';
  if (silentForMs >= silentMs) return 'take';
  if (silenceEndedAtMs !== undefined && nowMs - silenceEndedAtMs < proofMs) return 'take';
  return lastMediaAtMs > arrivedAtMs + inFlightMs ? 'refuse' : 'wait';
}
