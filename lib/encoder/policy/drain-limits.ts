/**
 * The most time that each step of ending or handing over a broadcast may take before the next begins anyway. A worker's
 * broadcasts go through the steps in parallel. In total they must fit between SIGTERM and SIGKILL.
 */
export const drainLimits = {
  /** For proxies to move the publishers to other workers. */
  publishersMs: 60_000,
  /** For ffmpeg to output everything that it was fed. */
  encoderMs: 15_000,
  /** For the origin to store all segments and playlists. */
  originMs: 20_000,
  /** For the control store to record how it ended. */
  journalMs: 2_000,
} as const;
