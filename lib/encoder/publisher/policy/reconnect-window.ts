/** Minimum wait for media in a broadcast that has published nothing yet. */
const firstMediaWithinMs = 10_000;

export interface Absence {
  /** How long the publisher has been away; undefined while it is sending. */
  readonly awayMs: number | undefined;
  /** The stream's setting, 0 to 1,800,000. */
  readonly windowMs: number;
  /** Something has been published, so there are viewers to notify of the end. */
  readonly started: boolean;
}

/**
 * Whether to end a broadcast because its publisher hasn't returned. With a window of 0 it ends as soon as the publisher
 * counts as lost.
 */
export function isWindowOver({ awayMs, windowMs, started }: Absence): boolean {
  if (awayMs === undefined) return false;
  return awayMs >= (started ? windowMs : Math.max(windowMs, firstMediaWithinMs));
}
