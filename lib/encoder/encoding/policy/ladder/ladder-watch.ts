import { type Ladder, withNextRung, withoutTopRung } from '../../../../packaging/ladder-fit.ts';
import type { ReturnTurn, RungReturn } from './rung-return.ts';
import { LagWatch } from './shedding.ts';

/**
 * Fits the ladder of one input to the machine: its top rungs are dropped while ffmpeg is behind real time, and taken back when
 * there is room again. Times are monotonic milliseconds.
 */
export class LadderWatch {
  readonly #whole: Ladder;
  readonly #return: RungReturn;
  readonly #turn: ReturnTurn;
  #ladder: Ladder;
  #lag = new LagWatch(0);

  constructor(whole: Ladder, rungReturn: RungReturn, turn: ReturnTurn) {
    this.#whole = whole;
    this.#ladder = whole;
    this.#return = rungReturn;
    this.#turn = turn;
  }

  /** What the machine has room for. */
  get ladder(): Ladder {
    return this.#ladder;
  }

  /** Ids of the rungs that it has no room for. */
  get turnedOff(): readonly string[] {
    const made = new Set(this.#ladder.video.map(({ id }) => id));
    return this.#whole.video.flatMap(({ id }) => (made.has(id) ? [] : [id]));
  }

  /** Another ffmpeg makes the ladder from now on. */
  started(nowMs: number): void {
    this.#lag = new LagWatch(nowMs);
  }

  /** What to do about a lag. Call a few times a second; `return` is the worker's turn, so do it then. */
  observe(lagMs: number, nowMs: number): 'keep' | 'shed' | 'return' {
    const verdict = this.#lag.observe(lagMs, nowMs);
    if (verdict !== 'keep') this.#turn.behind(nowMs);
    if (verdict === 'shed' && this.#ladder.video.length > 1) return 'shed';
    const isShort = this.#ladder.video.length < this.#whole.video.length;
    return isShort && this.#return.isDue(lagMs, nowMs) && this.#turn.take(nowMs) ? 'return' : 'keep';
  }

  /** Drops the top rung; returns its id, or undefined if it is the last one. */
  shed(nowMs: number): string | undefined {
    const ladder = withoutTopRung(this.#ladder);
    const id = ladder && this.#ladder.video[0]?.id;
    if (!ladder) return undefined;
    this.#ladder = ladder;
    this.#return.shed(nowMs);
    return id;
  }

  /**
   * ffmpeg crashed. If a rung had just come back, it is dropped again: a machine short of memory kills what needs most of it. Returns
   * its id then.
   */
  crashed(nowMs: number): string | undefined {
    return this.#return.isOnTrial(nowMs) ? this.shed(nowMs) : undefined;
  }

  /** Takes back the rung that was dropped last; returns its id. */
  takeBack(nowMs: number): string | undefined {
    const ladder = withNextRung(this.#ladder, this.#whole);
    if (!ladder) return undefined;
    this.#ladder = ladder;
    this.#return.returned(nowMs);
    return ladder.video[0]?.id;
  }
}
