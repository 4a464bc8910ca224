import { segmentMs } from '../../../packaging/segment-grid.ts';
import { lineAfter, pictureTimes } from '../../policy/picture-times.ts';
import { longestPictureMs, shortestPictureMs } from '../../policy/stream-tag.ts';

/** How long both tracks may be silent before filler takes their time: what the network holds up for less arrives whole. */
const patienceMs = 3000;
/** The same for one track while the other one arrives: the network is fine, and the track has nothing to send. */
const oneTrackPatienceMs = 1000;
/** A track counts as arriving if its last tag is this recent. */
const arrivingMs = 500;
/** Filler stays this far behind the clock, so that media which is about to arrive still has its place. */
const marginMs = 200;

export interface TrackNeed {
  /** Stream time of the track's last tag, filler included. */
  readonly lastMs: number;
  /** How late its tags usually are. */
  readonly lagMs: number;
  /** Since its last tag from the publisher. */
  readonly silentMs: number;
  /** Its last tag was filler: nothing is waited for. */
  readonly filled: boolean;
}

export interface FillerNeed {
  /** Stream time by the clock. */
  readonly nowMs: number;
  readonly video: TrackNeed;
  readonly audio: TrackNeed;
  /** Duration of one silent audio frame. */
  readonly audioFrameMs: number;
  /** False once the publisher is known to be gone: don't wait for its media. */
  readonly publisherPresent: boolean;
  /** False if the publisher sends no sound: silence then accompanies every picture. */
  readonly hasSound: boolean;
  /** Late media may be up with the clock in a moment: pictures wait for it. */
  readonly mayCatchUp: boolean;
  /** A repeat begins each part of this length, or each segment. */
  readonly partMs: number;
}

/** Stream times at which to repeat the last picture and insert silence, each list in ascending order. */
export interface Filler {
  readonly video: readonly number[];
  readonly audio: readonly number[];
}

/**
 * What must be added for stream time to keep up with the clock, in either track: the last picture repeated, and silence. Real
 * media always comes first: a track is filled up to where its next tag is expected, and no further.
 */
export function fillerFor(need: FillerNeed): Filler {
  const { audio, audioFrameMs, hasSound, mayCatchUp, nowMs, partMs, publisherPresent, video } = need;
  const due = (track: TrackNeed, other: TrackNeed): number => {
    if (!publisherPresent) return nowMs - marginMs;
    const arrives = other.silentMs < arrivingMs;
    // Players are shown what both tracks have reached, so one may wait for the other at no cost to them.
    const dueMs = nowMs - marginMs - Math.max(track.lagMs, arrives ? other.lagMs : 0);
    const waitsMs = track.filled ? 0 : arrives ? oneTrackPatienceMs : patienceMs;
    return track.lastMs < dueMs - waitsMs ? dueMs : track.lastMs;
  };
  const videoUntilMs = mayCatchUp ? video.lastMs : due(video, audio);
  const audioUntilMs = hasSound
    ? due(audio, video)
    : Math.max(audio.lastMs, Math.max(video.lastMs, videoUntilMs) - marginMs);
  return {
    video: pictureTimes(video.lastMs, videoUntilMs, partMs),
    audio: steps(audio.lastMs, audioUntilMs, audioFrameMs),
  };
}

/** What makes both tracks end together: the shorter one is filled up to the end of the longer one. */
export function fillerToEnd(
  videoMs: number,
  audioMs: number,
  { audioFrameMs, partMs }: Pick<FillerNeed, 'audioFrameMs' | 'partMs'>,
): Filler {
  return {
    video: repeatsBetween(videoMs, audioMs, partMs),
    audio: steps(audioMs, videoMs, audioFrameMs),
  };
}

/**
 * Times between two pictures at which the first one is repeated, so that no picture stands for longer than a moment, and that there
 * is one where a segment begins; where pictures come seldom, also where a part does.
 */
export function repeatsBetween(lastMs: number, nextMs: number, partMs: number): readonly number[] {
  const untilMs = nextMs - shortestPictureMs;
  if (nextMs - lastMs > longestPictureMs) return pictureTimes(lastMs, untilMs, partMs);
  const lineMs = Math.max(lineAfter(lastMs, segmentMs), lastMs + shortestPictureMs);
  return lineMs <= untilMs ? [lineMs] : [];
}

/** A shorter hole in the sound is nothing but jitter. */
const shortestHoleMs = 100;

/** Times of the silent frames in a hole between two frames of sound. */
export const silencesBetween = (lastMs: number, nextMs: number, frameMs: number): readonly number[] =>
  nextMs - lastMs - frameMs < shortestHoleMs ? [] : steps(lastMs, nextMs - frameMs, frameMs);

function steps(fromMs: number, untilMs: number, stepMs: number): number[] {
  const count = Math.max(0, Math.floor((untilMs - fromMs) / stepMs));
  return Array.from({ length: count }, (_, index) => Math.floor(fromMs + (index + 1) * stepMs));
}
