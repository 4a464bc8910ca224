/**
 * How long each step of ending a broadcast, or of handing it over, may take at most before the next begins without it. A worker's
 * broadcasts go through them side by side. Together they have to fit between SIGTERM and SIGKILL.
 */
export const drainLimits = {
  /** Until proxies have moved the publishers to other workers. */
  publishersMs: 60_000,
  /** Until ffmpeg has given out what it was fed. */
  encoderMs: 15_000,
  /** Until the origin has all segments and playlists. */
  originMs: 20_000,
  /** Until the control store knows how it ended. */
  journalMs: 2_000,
} as const;
