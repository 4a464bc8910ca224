const delaysMs = [0, 250, 1000, 4000];
/** Crashes further apart than this are unrelated. */
const forgivenAfterMs = 60_000;

/** How long to wait before restarting ffmpeg. */
export class RestartLimit {
  #crashes: number[] = [];

  /** Returns the pause in ms, or undefined if it crashed too often to try again. `nowMs` is monotonic. */
  crashed(nowMs: number): number | undefined {
    this.#crashes = this.#crashes.filter((at) => nowMs - at < forgivenAfterMs);
    const delayMs = delaysMs[this.#crashes.length];
    this.#crashes.push(nowMs);
    return delayMs;
  }
}
