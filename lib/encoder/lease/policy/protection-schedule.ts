/** What the platform that runs this worker is to be asked for. */
export type ProtectionRequest = 'hold' | 'release';

/** A hold is asked for so long at a time: a worker that dies or hangs frees its machine soon. */
export const holdMs = 60 * 60_000;
/** It is renewed half-way, so that an hour's half is left for what fails. */
const renewAfterMs = holdMs / 2;
/** After a request that failed. */
const retryMs = 30_000;
/**
 * The longest time without a break in which the platform may stop the worker. A deployment waits for held tasks, and
 * CloudFormation waits three hours for a deployment: a broadcast of a day must not fail one.
 */
const longestMs = 2 * 60 * 60_000;
/** The break: long enough for the platform to come by. A worker that is stopped in it hands its broadcasts over. */
const breakMs = 10 * 60_000;

/**
 * When to ask not to be stopped: while there are broadcasts, in stretches of two hours, and not when there are none. All times are
 * monotonic milliseconds.
 */
export class ProtectionSchedule {
  /** Of the hold that was granted last: since when, and when it was renewed. */
  #heldSinceMs?: number;
  #renewedAtMs = 0;
  #breakUntilMs = Number.NEGATIVE_INFINITY;
  #retryAtMs = Number.NEGATIVE_INFINITY;

  get held(): boolean {
    return this.#heldSinceMs !== undefined;
  }

  /** What to ask for now; undefined where nothing is due. */
  due(nowMs: number, broadcasts: number): ProtectionRequest | undefined {
    if (nowMs < this.#retryAtMs) return undefined;
    if (this.#heldSinceMs === undefined)
      return broadcasts > 0 && nowMs >= this.#breakUntilMs ? 'hold' : undefined;
    if (broadcasts === 0 || nowMs - this.#heldSinceMs >= longestMs) return 'release';
    return nowMs - this.#renewedAtMs >= renewAfterMs ? 'hold' : undefined;
  }

  /** The request that was asked for at `nowMs` was granted. */
  granted(request: ProtectionRequest, nowMs: number): void {
    this.#retryAtMs = Number.NEGATIVE_INFINITY;
    if (request === 'hold') {
      this.#heldSinceMs ??= nowMs;
      this.#renewedAtMs = nowMs;
      return;
    }
    const isBreak = this.#heldSinceMs !== undefined && nowMs - this.#heldSinceMs >= longestMs;
    if (isBreak) this.#breakUntilMs = nowMs + breakMs;
    this.#heldSinceMs = undefined;
  }

  /** It was not, or nobody knows. A hold that was granted before runs out by itself. */
  failed(nowMs: number): void {
    this.#retryAtMs = nowMs + retryMs;
    if (this.#heldSinceMs !== undefined && nowMs - this.#renewedAtMs >= holdMs) this.#heldSinceMs = undefined;
  }
}
