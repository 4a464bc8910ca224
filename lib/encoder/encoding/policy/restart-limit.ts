const delaysMs = [0, 250, 1000, 4000];
/** Crashes further apart than this have nothing to do with each other. */
const forgivenAfterMs = 60_000;

/** How long to wait before ffmpeg is started again. */
export class RestartLimit {
  #crashes: number[] = [];

  /** Returns the pause in ms, or undefined where it crashed too often to try again. `nowMs` is monotonic. */
  crashed(nowMs: number): number | undefined {
    this.#crashes = this.#crashes.filter((at) => nowMs - at < forgivenAfterMs);
    const delayMs = delaysMs[this.#crashes.length];
    this.#crashes.push(nowMs);
    return delayMs;
  }
}
