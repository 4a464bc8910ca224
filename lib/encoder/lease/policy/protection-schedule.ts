/** What to request from the platform that runs this worker. */
export type ProtectionRequest = 'hold' | 'release';

/** Duration of one hold: if the worker dies or hangs, its machine is soon free again. */
export const holdMs = 60 * 60_000;
/** Renew half-way, which leaves half an hour for failed attempts. */
const renewAfterMs = holdMs / 2;
/** Delay after a failed request. */
const retryMs = 30_000;
/**
 * The longest stretch during which the platform may not stop the worker. A deployment waits for held tasks, and
 * CloudFormation waits three hours for a deployment: a day-long broadcast must not make one fail.
 */
export const maxHeldMs = 2 * 60 * 60_000;
/** The break: long enough for the platform to stop the worker, which then hands its broadcasts over. */
const breakMs = 10 * 60_000;

/**
 * When to ask for protection from being stopped: while there are broadcasts, in stretches of two hours, and not when there
 * are none. All times are monotonic milliseconds.
 */
export class ProtectionSchedule {
  /** The hold granted last: since when, and when it was last renewed. */
  #heldSinceMs?: number;
  #renewedAtMs = 0;
  #breakUntilMs = Number.NEGATIVE_INFINITY;
  #retryAtMs = Number.NEGATIVE_INFINITY;

  get held(): boolean {
    return this.#heldSinceMs !== undefined;
  }

  /** What to request now; undefined if nothing is due. */
  due(nowMs: number, broadcasts: number): ProtectionRequest | undefined {
    if (nowMs < this.#retryAtMs) return undefined;
    if (this.#heldSinceMs === undefined)
      return broadcasts > 0 && nowMs >= this.#breakUntilMs ? 'hold' : undefined;
    if (broadcasts === 0 || nowMs - this.#heldSinceMs >= maxHeldMs) return 'release';
    return nowMs - this.#renewedAtMs >= renewAfterMs ? 'hold' : undefined;
  }

  /** The request made at `nowMs` was granted. */
  granted(request: ProtectionRequest, nowMs: number): void {
    this.#retryAtMs = Number.NEGATIVE_INFINITY;
    if (request === 'hold') {
      this.#heldSinceMs ??= nowMs;
      this.#renewedAtMs = nowMs;
      return;
    }
    const isBreak = this.#heldSinceMs !== undefined && nowMs - this.#heldSinceMs >= maxHeldMs;
    if (isBreak) this.#breakUntilMs = nowMs + breakMs;
    this.#heldSinceMs = undefined;
  }

  /** It was denied, or the outcome is unknown. An earlier hold expires without further action. */
  failed(nowMs: number): void {
    this.#retryAtMs = nowMs + retryMs;
    if (this.#heldSinceMs !== undefined && nowMs - this.#renewedAtMs >= holdMs) this.#heldSinceMs = undefined;
  }
}
