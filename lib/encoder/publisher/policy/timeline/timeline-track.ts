export type Track = 'video' | 'audio';

/** A session is moved by so much, from this publisher's time on. */
export interface Shift {
  readonly fromMs: number;
  byMs: number;
}

/** What a {@link Timeline} knows of one track. */
export interface TrackState {
  /** Stream time of the last tag, filler included; just before the start if there is none. */
  lastMs: number;
  /** The last tag was filler. */
  filled: boolean;
  /** The track has moved since the last tag, or another session goes on: what overlaps is no jitter. */
  moved: boolean;
  /** Timestamp of this session's last tag, unwrapped; and by how much the track's clock has jumped since the session began. */
  timestampMs: number;
  jumpedMs: number;
  /** When it last jumped, and how long after the tag before: the longer that is, the less is known of how far. */
  jump?: { readonly atMs: number; readonly elapsedMs: number } | undefined;
  /** Publisher's time of this session's last tag: its timestamp without jumps. */
  publisherMs?: number | undefined;
  /** Stream time by the clock when it was read. */
  heardMs: number;
  /** Stream time minus publisher's time. */
  offsetMs: number;
  /** What the track has not reached yet of the session's moves, in ascending order. */
  shifts: readonly Shift[];
  /** By how much the last tag was behind the clock. */
  behindMs: number;
  /** By how much more than the other track's, usually: sound that is sent late is not media that the network holds up. */
  skewMs: number;
  /** By how much the track's tags usually are. */
  lagMs: number;
  /** Smoothed interval between tags. */
  frameMs: number;
}

/** `frameMs`: the interval between tags until it is known. */
export function newTrack(startMs: number, frameMs: number): TrackState {
  return {
    lastMs: startMs - 1,
    filled: false,
    moved: false,
    timestampMs: 0,
    jumpedMs: 0,
    heardMs: Number.NEGATIVE_INFINITY,
    offsetMs: 0,
    shifts: [],
    behindMs: 0,
    skewMs: 0,
    lagMs: 0,
    frameMs,
  };
}

/** The next tag belongs to another publish session. */
export function forgetSession(track: TrackState): void {
  track.publisherMs = undefined;
  track.jumpedMs = 0;
  track.jump = undefined;
  track.moved = true;
  track.shifts = [];
  track.lagMs = 0;
}

/** Moves the track by what it has reached of its shifts. */
export function applyShifts(track: TrackState, publisherMs: number): void {
  for (const { fromMs, byMs } of track.shifts) {
    if (publisherMs < fromMs) return;
    track.shifts = track.shifts.slice(1);
    moveTrack(track, byMs);
  }
}

export function moveTrack(track: TrackState, byMs: number): void {
  track.moved ||= byMs < 0;
  track.offsetMs += byMs;
  track.behindMs -= byMs;
  track.lagMs = Math.max(0, track.lagMs - Math.max(0, byMs));
}

/** Timestamps are 32 bits wide and wrap (RTMP 1.0 section 3): the one nearest to the last. */
export function unwrap(timestamp: number, lastMs: number | undefined): number {
  return lastMs === undefined ? timestamp >>> 0 : lastMs + ((timestamp - lastMs) | 0);
}
