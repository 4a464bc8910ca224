import { tooLateMs } from './lateness.ts';
import type { TrackState } from './timeline-track.ts';

/** A track may always be this much later than its timestamps say; filler waits for it. */
const mostLagMs = 3000;
/** How fast a learned lag is forgotten, in ms a second. */
const forgetLagMsPerSecond = 200;
/** A track heard within this counts for the session's lag and lead. */
const aliveMs = 3000;
/** How fast it is learned by how much later than the other a track is sent, from a tag that comes this soon after one of the other. */
const learnSkewMs = 250;
const besideMs = 500;

/** A session's tracks that have media now. */
export const aliveTracks = (tracks: readonly TrackState[], now: number): readonly TrackState[] =>
  heardTracks(tracks).filter(({ heardMs }) => now - heardMs < aliveMs);

/** Tracks that this session has. */
const heardTracks = (tracks: readonly TrackState[]): readonly TrackState[] =>
  tracks.filter(({ publisherMs }) => publisherMs !== undefined);

/**
 * By how much the session is behind the clock: its earlier track counts. What a track that is always sent late has still to send
 * from before a pause shows nothing of it.
 */
export function behindClockMs(tracks: readonly TrackState[], now: number): number {
  const alive = aliveTracks(tracks, now);
  const prompt = alive.filter(({ skewMs }) => skewMs <= tooLateMs);
  return Math.min(...(prompt.length > 0 ? prompt : alive).map(({ behindMs, skewMs }) => behindMs - skewMs));
}

/** The same by its later track, even while nothing comes in it: a session is ahead only if both are. */
export function laterBehindMs(tracks: readonly TrackState[], now: number): number {
  const alive = aliveTracks(tracks, now);
  const others = heardTracks(tracks).filter((track) => !alive.includes(track));
  const [first] = alive;
  return Math.max(
    ...alive.map(({ behindMs }) => behindMs),
    ...others.map(({ skewMs }) => (first?.behindMs ?? 0) + skewMs),
  );
}

/** Learns how late the track is sent, from a tag with this publisher's time. `isLate`: the whole session is. */
export function learnLag(
  state: TrackState,
  other: TrackState,
  { publisherMs, isLate, now }: { publisherMs: number; isLate: boolean; now: number },
): void {
  if (state.publisherMs !== undefined) {
    const forgottenMs = ((now - state.heardMs) * forgetLagMsPerSecond) / 1000;
    state.lagMs = Math.max(0, state.lagMs - forgottenMs);
  }
  state.behindMs = now - (publisherMs + state.offsetMs);
  if (state.behindMs <= mostLagMs) state.lagMs = Math.max(state.lagMs, state.behindMs);
  if (isLate || other.publisherMs === undefined || now - other.heardMs >= besideMs) return;
  const skewMs = Math.max(0, state.behindMs - other.behindMs);
  // What comes at once, after a stall, shows nothing of it.
  state.skewMs += (skewMs - state.skewMs) * Math.min(1, (now - state.heardMs) / learnSkewMs);
}
