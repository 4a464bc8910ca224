/** Fewer steps than this show no cadence. */
const fewSteps = 10;
/** So large a share of the steps must be like the usual one: pictures that come as they please leave none out. */
const regularShare = 0.6;
const sameWithin = 0.2;
/** Timestamps are whole milliseconds. */
const sameWithinMs = 2;
/** From here on a step is that of two pictures or more. */
const skips = 1.75;

export interface Cadence {
  /** The usual step from one picture to the next; undefined if there is none. */
  readonly usualMs: number | undefined;
  /** Pictures that a publisher with this cadence left out. */
  readonly missing: number;
}

/**
 * How many pictures are missing among those that came, by their timestamps. An encoder with a slow uplink leaves pictures out: then one
 * step is as long as several. `knownMs`: the usual step up to now.
 */
export function missingPictures(stepsMs: readonly number[], knownMs: number | undefined): Cadence {
  const usualMs = stepsMs.length < fewSteps ? knownMs : regularStepOf(stepsMs);
  if (usualMs === undefined) return { usualMs, missing: 0 };
  const skipped = stepsMs.filter((ms) => ms > skips * usualMs);
  const missing = skipped.reduce((sum, ms) => sum + Math.round(ms / usualMs) - 1, 0);
  return { usualMs, missing };
}

/** The usual step, if there is one. */
function regularStepOf(stepsMs: readonly number[]): number | undefined {
  const sorted = [...stepsMs].sort((a, b) => a - b);
  const middleMs = sorted[Math.floor(sorted.length / 2)]!;
  const toleranceMs = Math.max(sameWithinMs, sameWithin * middleMs);
  const usual = sorted.filter((ms) => Math.abs(ms - middleMs) <= toleranceMs);
  if (usual.length < regularShare * sorted.length) return undefined;
  return usual.reduce((sum, ms) => sum + ms, 0) / usual.length;
}
