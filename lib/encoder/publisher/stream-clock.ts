import type { Clock } from '../../net/clock.ts';

/** A replay goes back to the last key frame that is surely published; nothing that makes sense is longer. */
const longestReplayMs = 60_000;

/** Stream time by the clock: how far a broadcast is, or ought to be. It stands still until its first media. */
export class StreamClock {
  readonly #clock: Clock;
  #startMs: number;
  /** Monotonic time of stream time 0. */
  #originMs?: number;

  /** `startMs`: stream time that another worker has made. */
  constructor(clock: Clock, startMs: number) {
    this.#clock = clock;
    this.#startMs = startMs;
  }

  /** Where it begins to run. */
  get startMs(): number {
    return this.#startMs;
  }

  /** Begins at media before the start, which is there again. False where that is too far back, or time runs already. */
  startBefore(replayStartMs: number): boolean {
    const backMs = this.#startMs - replayStartMs;
    if (this.running || replayStartMs < 0 || backMs < 0 || backMs > longestReplayMs) return false;
    this.#startMs = replayStartMs;
    return true;
  }

  get running(): boolean {
    return this.#originMs !== undefined;
  }

  get nowMs(): number {
    return this.#originMs === undefined ? this.#startMs : this.#clock.nowMs() - this.#originMs;
  }

  /** Media is there. */
  start(): void {
    this.#originMs ??= this.#clock.nowMs() - this.#startMs;
  }

  /**
   * Media is there up to `endMs` that is not early: the clock goes on from there where it was behind. Returns by how much it was.
   */
  keepUpWith(endMs: number): number {
    const behindMs = this.running ? Math.max(0, endMs - this.nowMs) : 0;
    if (this.#originMs !== undefined) this.#originMs -= behindMs;
    return behindMs;
  }

  /**
   * The publisher came back by itself after another worker was gone: the time between is a gap, of at most `mostMs`.
   * A proxy that replays brings that time's media, so then stream time goes on where it stopped, by `start`.
   * `startedAtMs`: Unix time of stream time 0. Returns the gap.
   */
  catchUp(startedAtMs: number, mostMs: number): number {
    const sinceStartMs = this.#clock.wallMs() - startedAtMs;
    const nowMs = Math.min(Math.max(sinceStartMs, this.#startMs), this.#startMs + mostMs);
    this.#originMs = this.#clock.nowMs() - nowMs;
    return nowMs - this.#startMs;
  }
}
