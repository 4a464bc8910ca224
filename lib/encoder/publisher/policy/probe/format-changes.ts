const windowMs = 60_000;
/** A phone that is turned back and forth, or a scene with another size. */
const mostInWindow = 6;

/** Counts changes that start another ffmpeg each, by the wall clock: a publisher's own timestamps may say anything. */
export class FormatChanges {
  #times: number[] = [];

  /** Counts a change at `nowMs`. True if there have been too many within a minute. */
  isTooMany(nowMs: number): boolean {
    this.#times = [...this.#times.filter((at) => nowMs - at < windowMs), nowMs].slice(-mostInWindow - 1);
    return this.#times.length > mostInWindow;
  }
}
