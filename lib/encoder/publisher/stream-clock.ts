import type { Clock } from '../../net/clock.ts';

/** A replay goes back to the last key frame known to be published; no valid one is longer than this. */
const maxReplayMs = 60_000;

/** The stream time that a broadcast has reached, or should have reached, by the clock. Stopped until the first media. */
export class StreamClock {
  readonly #clock: Clock;
  #startMs: number;
  /** Monotonic time of stream time 0. */
  #originMs?: number;

  /** `startMs`: stream time already produced by another worker. */
  constructor(clock: Clock, startMs: number) {
    this.#clock = clock;
    this.#startMs = startMs;
  }

  /** Stream time at which the clock starts. */
  get startMs(): number {
    return this.#startMs;
  }

  /**
   * Starts earlier, at media that is being replayed. Returns false if that is too far back or the clock is already running.
   */
  startBefore(replayStartMs: number): boolean {
    const backMs = this.#startMs - replayStartMs;
    if (this.running || replayStartMs < 0 || backMs < 0 || backMs > maxReplayMs) return false;
    this.#startMs = replayStartMs;
    return true;
  }

  get running(): boolean {
    return this.#originMs !== undefined;
  }

  get nowMs(): number {
    return this.#originMs === undefined ? this.#startMs : this.#clock.nowMs() - this.#originMs;
  }

  /** Media has arrived. */
  start(): void {
    this.#originMs ??= this.#clock.nowMs() - this.#startMs;
  }

  /**
   * Catches up with media that extends to `endMs` and isn't early: moves the clock forward if it was behind. Returns by how
   * much it moved.
   */
  keepUpWith(endMs: number): number {
    const behindMs = this.running ? Math.max(0, endMs - this.nowMs) : 0;
    if (this.#originMs !== undefined) this.#originMs -= behindMs;
    return behindMs;
  }

  /**
   * The publisher reconnected on its own after another worker died: the time in between becomes a gap of at most `maxGapMs`. (A
   * proxy that replays brings that media along, so stream time resumes where it stopped, through `start`.) `startedAtMs`:
   * Unix time of stream time 0. Returns the gap.
   */
  catchUp(startedAtMs: number, maxGapMs: number): number {
    const sinceStartMs = this.#clock.wallMs() - startedAtMs;
    const nowMs = Math.min(Math.max(sinceStartMs, this.#startMs), this.#startMs + maxGapMs);
    this.#originMs = this.#clock.nowMs() - nowMs;
    return nowMs - this.#startMs;
  }
}
