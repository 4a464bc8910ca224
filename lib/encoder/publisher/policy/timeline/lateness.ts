/** A session that is this late for good is placed anew; less is corrected softly. */
export const tooLateMs = 700;
/** A burst is given this long before filler goes on. */
export const patienceMs = 600;
/** Whether it catches up is judged over this, if its time is taken already, or if it still has its place. */
const judgeLateMs = 400;
const judgeBehindMs = 3000;
/** Tags must have come at this many moments to show a pace. */
const judgeMoments = 4;
/** After a gap that is this much longer than a tag's step, the pace is judged anew: what was held up arrives now. */
const mostGapMs = 200;
/** Far more tags than arrive in that time. */
const mostUndecided = 8_192;

/** A tag that was read and has not been given its place. */
export interface LateTag {
  readonly heard: { streamMs: number };
  readonly publisherMs: number;
}

/** What was read since it is not known whether it is late for good. */
export interface Undecided {
  readonly sinceMs: number;
  /** Publisher's time from which on nothing has its place. */
  readonly fromMs: number;
  readonly tags: readonly LateTag[];
}

/** Whether a session that is behind the clock catches up, because the network held it up, or is late for good. */
export class Lateness {
  #pace?: { readonly sinceMs: number; readonly behindMs: number; moments: number } | undefined;
  #sinceMs: number | undefined;
  #undecided?: (Undecided & { readonly tags: LateTag[] }) | undefined;

  get isLate(): boolean {
    return this.#sinceMs !== undefined;
  }

  /** Media that is late has just begun to arrive: it may be up with the clock in a moment. */
  mayCatchUp(nowMs: number): boolean {
    return this.#sinceMs !== undefined && nowMs - this.#sinceMs < patienceMs;
  }

  isUndecided(nowMs: number): boolean {
    const undecided = this.#undecided;
    if (undecided === undefined || undecided.tags.length >= mostUndecided) return false;
    return nowMs - undecided.sinceMs < patienceMs;
  }

  /** Returns what is still undecided, and decides it. */
  decide(nowMs: number): Undecided | undefined {
    const undecided = this.isUndecided(nowMs) ? this.#undecided : undefined;
    this.#undecided = undefined;
    return undecided;
  }

  caughtUp(): void {
    this.#pace = undefined;
    this.#sinceMs = undefined;
    this.#undecided = undefined;
  }

  /** A tag has come this long after the one before, in the time of the clock and by its own step. */
  came(gapMs: number, stepMs: number): void {
    if (gapMs > Math.max(stepMs, 0) + mostGapMs) this.#pace = undefined;
    else if (gapMs > 0 && this.#pace) this.#pace.moments++;
  }

  /**
   * A tag came while the session is more than {@link tooLateMs} behind; `isTaken`: its time is taken. `newestMs`: the newest
   * publisher's time of either track. Returns whether the session is late for good.
   */
  judge(
    tag: LateTag,
    { behindMs, isTaken, newestMs }: { behindMs: number; isTaken: boolean; newestMs: number },
    nowMs: number,
  ): boolean {
    if (isTaken) this.#undecided ??= { sinceMs: nowMs, fromMs: newestMs, tags: [] };
    if (this.isUndecided(nowMs)) this.#undecided?.tags.push(tag);
    this.#sinceMs ??= nowMs;
    this.#pace ??= { sinceMs: nowMs, behindMs, moments: 0 };
    const { sinceMs, behindMs: firstMs, moments } = this.#pace;
    const elapsedMs = nowMs - sinceMs;
    if (moments < judgeMoments || elapsedMs < (isTaken ? judgeLateMs : judgeBehindMs)) return false;
    this.#pace = undefined;
    return firstMs - behindMs < elapsedMs / 2;
  }
}
