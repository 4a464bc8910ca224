/** A broadcast that has published nothing waits at least this long for media. */
const firstMediaWithinMs = 10_000;

export interface Absence {
  /** How long the publisher has been away; undefined while it sends. */
  readonly awayMs: number | undefined;
  /** The stream's setting, 0 to 1,800,000. */
  readonly windowMs: number;
  /** Something is published: there are viewers to be told of an end. */
  readonly started: boolean;
}

/** Whether a broadcast ends because nobody has come back. A window of 0 ends it as soon as its publisher counts as lost. */
export function isWindowOver({ awayMs, windowMs, started }: Absence): boolean {
  if (awayMs === undefined) return false;
  return awayMs >= (started ? windowMs : Math.max(windowMs, firstMediaWithinMs));
}
