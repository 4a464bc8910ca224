import { pauseMs, type RetryPolicy } from '../../../../retry/policy/backoff.ts';

/** Jittered, so that a fault that crashes all encoders of a worker doesn't restart them all at once. */
const afterCrashes = {
  firstMs: 250,
  factor: 4,
  longestMs: 4000,
  jitter: 0.25,
  tries: 4,
} as const satisfies RetryPolicy;
/** Crashes further apart than this are unrelated. */
const forgivenAfterMs = 60_000;

/** How long to wait before restarting ffmpeg: not at all after the first crash, then longer each time. */
export class RestartLimit {
  #crashes: number[] = [];

  /**
   * Returns the pause in ms, or undefined if it crashed too often to try again. `nowMs`: monotonic. `random`: in [0, 1).
   */
  crashed(nowMs: number, random = Math.random()): number | undefined {
    this.#crashes = this.#crashes.filter((at) => nowMs - at < forgivenAfterMs);
    const crashesBefore = this.#crashes.length;
    this.#crashes.push(nowMs);
    if (crashesBefore >= afterCrashes.tries) return undefined;
    return crashesBefore === 0 ? 0 : pauseMs(afterCrashes, crashesBefore, random);
  }
}
