/**
 * How far stream time may lag behind the clock while the publisher is connected: data that the network delays for less than
 * this arrives complete. A repeated picture discards the real ones up to the next key frame, so filler is a last resort.
 */
const patienceMs = 3000;
/** How far one track may lag behind the other; any further and the missing track stalls the players. */
const trackLagMs = { video: 3000, audio: 1000 };
/** Filler stops this far short of its target, so that late real media still has room. */
const marginMs = 200;
const pictureMs = 100;
/** Upper bound on filler tags per call: 20 s of audio. A longer gap (the process was suspended) stays a gap. */
const mostTags = 1000;

export interface FillerNeed {
  readonly nowMs: number;
  readonly lastVideoMs: number;
  readonly lastAudioMs: number;
  /** Duration of one silent audio frame. */
  readonly audioFrameMs: number;
  /** False when the publisher is known to be disconnected: filler starts without waiting. */
  readonly publisherPresent: boolean;
  /** False when the publisher sends no audio: every picture gets silence to go with it. */
  readonly hasSound: boolean;
}

/** Stream times, ascending, at which to repeat the last picture and to insert silence. */
export interface Filler {
  readonly video: readonly number[];
  readonly audio: readonly number[];
}

/**
 * Decides what filler keeps stream time up with the clock and both tracks level: the last picture repeated 10 times a second,
 * with silence in between. Real media always wins; no filler is added where media exists.
 */
export function fillerFor(need: FillerNeed): Filler {
  const { nowMs, lastVideoMs, lastAudioMs } = need;
  const patience = need.publisherPresent ? patienceMs : 0;
  const clockMs = nowMs - marginMs;
  const aheadMs = Math.max(lastVideoMs, lastAudioMs) - marginMs;
  const goal = (lastMs: number, lagMs: number): number => {
    if (lastMs < clockMs - patience) return clockMs;
    return lastMs < aheadMs - lagMs ? aheadMs : lastMs;
  };
  return {
    video: steps(lastVideoMs, goal(lastVideoMs, trackLagMs.video), pictureMs),
    audio: steps(lastAudioMs, goal(lastAudioMs, need.hasSound ? trackLagMs.audio : 0), need.audioFrameMs),
  };
}

function steps(fromMs: number, untilMs: number, stepMs: number): number[] {
  const times: number[] = [];
  for (let at = 1; times.length < mostTags; at++) {
    const time = Math.floor(fromMs + at * stepMs);
    if (time > untilMs) return times;
    times.push(time);
  }
  // Too much to fill: only the newest part.
  const skipMs = Math.max(0, untilMs - times.at(-1)!);
  return times.map((time) => Math.floor(time + skipMs));
}
