import { type Arrival, type Playback, simulatePlayer } from '../../lib/canary/policy/playhead.ts';
import { liveMove } from '../../lib/player/page/playback/policy/live-rate.ts';

/** A part with pictures, or a whole segment, as a player at the live edge got it. */
export interface GotPart extends Arrival {
  /** Of its segment, and its place in that. */
  readonly number: number;
  readonly index: number;
  /** Epoch and run of the encoder that made it, as its name has them; `whole` for a segment, which has both in no name. */
  readonly by: string;
  readonly independent: boolean;
}

export interface PartPlayback {
  /** Parts that a decoder got on top of another encoder's without a key frame. */
  readonly mixed: number;
  /** Times without a new picture. */
  readonly spans: Playback['stalls'];
  /** Those that last for three pictures or more. */
  readonly stalls: number;
  readonly longestStallMs: number;
  /** How long after its last stall it was at its target again, as our page moves (`liveMove`); infinite if it never was. */
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
    // A segment that is taken whole begins before what the player has of it, and ends later.
    if (!last || isLater(part, last) || (part.by === 'whole' && part.number === last.number))
      taken.push(part);
  }
  const mixed = taken.filter(
    ({ by, independent }, at) => at > 0 && by !== taken[at - 1]!.by && !independent,
  ).length;
  const playback = simulatePlayer(taken, targetMs);
  if (!playback) return undefined;
  const lengths = playback.stalls.map(({ fromMs, toMs }) => toMs - fromMs);
  return {
    mixed,
    spans: playback.stalls,
    stalls: lengths.filter((ms) => ms >= seenMs).length,
    longestStallMs: Math.max(0, ...lengths),
    backAtTargetMs: backAtTargetMs(taken, playback, targetMs),
  };
}

const isLater = (a: GotPart, b: GotPart): boolean =>
  a.number > b.number || (a.number === b.number && a.index > b.index);

const seenMs = 100;

/** How often the page looks where it is. */
const stepMs = 200;
/** Later than this is never. */
const patienceMs = 60_000;
/** Nearer than a part counts as there. */
const thereMs = 250;

/** Plays on after the last stall as our page does: faster, or with a jump where that would take long. */
function backAtTargetMs(
  taken: readonly GotPart[],
  { stalls, stalledMs }: Playback,
  targetMs: number,
): number {
  const last = stalls.at(-1);
  if (!last) return 0;
  const { arrivedAtMs: endMs, mediaEndMs } = taken.at(-1)!;
  let behindMs = stalledMs;
  // With this part playback went on.
  let playsMs = taken.find(({ arrivedAtMs }) => arrivedAtMs === last.toMs)?.mediaStartMs ?? 0;
  for (let nowMs = last.toMs; nowMs <= last.toMs + patienceMs; nowMs += stepMs) {
    if (behindMs <= thereMs) return nowMs - last.toMs;
    // What comes after the last part comes as that did.
    const here = taken.filter(({ arrivedAtMs }) => arrivedAtMs <= nowMs).map((part) => part.mediaEndMs);
    const hereMs = nowMs > endMs ? mediaEndMs + nowMs - endMs : Math.max(...here);
    const move = liveMove({
      latencyMs: targetMs + behindMs,
      targetMs,
      bufferedMs: hereMs - playsMs,
    });
    const jumpMs = 'jumpMs' in move ? move.jumpMs : 0;
    const rate = 'rate' in move ? move.rate : 1;
    playsMs += jumpMs + stepMs * rate;
    behindMs -= jumpMs + stepMs * (rate - 1);
  }
  return Number.POSITIVE_INFINITY;
}
