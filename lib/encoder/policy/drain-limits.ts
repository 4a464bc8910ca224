/**
 * The most time that each step of ending or handing over a broadcast may take before the next begins anyway. A worker's
 * broadcasts take turns, but none waits for another longer than `turnsMs`. In total the steps must fit between SIGTERM and
 * SIGKILL.
 */
export const drainLimits = {
  /** For the turns of all hand-overs, from the beginning of the drain; by then the last one has begun. */
  turnsMs: 40_000,
  /** For proxies to move the publishers to other workers, from the beginning of the drain. */
  publishersMs: 60_000,
  /** For ffmpeg to output everything that it was fed. */
  encoderMs: 15_000,
  /** For the origin to store all segments and playlists. */
  originMs: 20_000,
  /** For the control store to record how it ended. */
  journalMs: 2_000,
} as const;
