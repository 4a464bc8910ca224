/**
 * Stream time may lag behind the clock by this much while the publisher is there: what the network holds up for less
 * arrives whole. A repeated picture costs the real ones up to the next key frame, so it is not made lightly.
 */
const patienceMs = 3000;
/** One track may lag behind the other by this much; beyond it the other one alone would stop the players. */
const trackLagMs = { video: 3000, audio: 1000 };
/** Filler ends this much before what it fills up to, so that real media that comes late still has its place. */
const marginMs = 200;
const pictureMs = 100;
/** Filler tags of one call at most: 20 s of sound. A longer hole (the process was suspended) stays a hole. */
const mostTags = 1000;

export interface FillerNeed {
  readonly nowMs: number;
  readonly lastVideoMs: number;
  readonly lastAudioMs: number;
  /** Duration of one silent audio frame. */
  readonly audioFrameMs: number;
  /** False while the publisher is known to be gone: nothing is waited for. */
  readonly publisherPresent: boolean;
  /** False where the publisher sends no sound: silence goes along with every picture. */
  readonly hasSound: boolean;
}

/** Stream times at which the last picture is shown again and at which silence is put, each rising. */
export interface Filler {
  readonly video: readonly number[];
  readonly audio: readonly number[];
}

/**
 * What must be made up so that stream time keeps up with the clock and no track stays behind: the last picture again at 10 a second,
 * silence in between. Real media always goes first; nothing is made where media is.
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
  // Too much to make up: only the newest part of it.
  const skipMs = Math.max(0, untilMs - times.at(-1)!);
  return times.map((time) => Math.floor(time + skipMs));
}
