import { type Arrival, simulatePlayer } from '../../lib/canary/policy/playhead.ts';

/** A part with pictures, as a player at the live edge got it. */
export interface GotPart extends Arrival {
  /** Of its segment, and its place in that. */
  readonly number: number;
  readonly index: number;
  /** Epoch and run of the encoder that made it, as its name has them. */
  readonly by: string;
  readonly independent: boolean;
}

/** How fast a player plays to get back to its target. */
const catchUpRate = 1.08;

export interface PartPlayback {
  /** Parts that a decoder got on top of another encoder's without a key frame. */
  readonly mixed: number;
  readonly stalls: number;
  readonly longestStallMs: number;
  /** How long after its last stall it was at its target again. */
  readonly backAtTargetMs: number;
}

/**
 * Plays parts like a low-latency player that stays `targetMs` behind: takes each place of each segment once, in order, whoever made it.
 * Undefined if it could not start.
 */
export function playParts(got: readonly GotPart[], targetMs: number): PartPlayback | undefined {
  const taken: GotPart[] = [];
  for (const part of got.toSorted((a, b) => a.arrivedAtMs - b.arrivedAtMs)) {
    const last = taken.at(-1);
    const isNext =
      !last || part.number > last.number || (part.number === last.number && part.index > last.index);
    if (isNext) taken.push(part);
  }
  const mixed = taken.filter(
    ({ by, independent }, at) => at > 0 && by !== taken[at - 1]!.by && !independent,
  ).length;
  const playback = simulatePlayer(taken, targetMs);
  if (!playback) return undefined;
  const lengths = playback.stalls.map(({ fromMs, toMs }) => toMs - fromMs);
  return {
    mixed,
    stalls: lengths.length,
    longestStallMs: Math.max(0, ...lengths),
    backAtTargetMs: playback.stalledMs / (catchUpRate - 1),
  };
}
