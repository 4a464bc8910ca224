import type { TrackHeader } from '../../../policy/track-header.ts';
import type { PublicationState } from '../publication-model.ts';

/** AAC. */
const samplesPerFrame = 1024;
/** Pictures come out of ffmpeg with times in whole ms. */
const roundingMs = 1;
/** Floating point must not make a frame more of a whole number of them. */
const epsilon = 1e-6;
/** rfc8216bis 4.4.4.9. */
const leastShare = 0.85;

/**
 * The part target in ms for frames of this length: no part is longer (rfc8216bis 4.4.4.9: MUST). A part holds the frames that begin in
 * its span, so it lasts up to a frame more than `partMs` where pictures come unevenly. But no part may be shorter than 85 % of the
 * target, so that room is given only as far as parts of evenly spaced frames allow it.
 */
export function partTargetMs(partMs: number, frameMs: number): number {
  const frames = partMs / frameMs;
  const longest = Math.ceil(Math.ceil(frames - epsilon) * frameMs - epsilon) + roundingMs;
  const allowed = (Math.floor(frames + epsilon) * frameMs - roundingMs) / leastShare;
  return Math.max(longest, Math.floor(Math.min(partMs + frameMs + epsilon, allowed)));
}

/**
 * Of a kind's playlists, which may name one another's parts. It takes all periods into account, because it must not change from one
 * playlist to the next; it rises when a publisher comes back with fewer pictures a second.
 */
export function partTargetOf(state: PublicationState, kind: TrackHeader['kind'], partMs: number): number {
  const headers = state.periods.flatMap((period) => [...period.headers.values()]);
  const targets = headers.filter((header) => header.kind === kind).map(frameMsOf);
  return Math.max(partMs, ...[...new Set(targets)].map((frameMs) => partTargetMs(partMs, frameMs)));
}

/**
 * How far behind the end players stay, in ms: at least twice the longest part (rfc8216bis 4.4.3.8: MUST). It says that it SHOULD be
 * three times, for the sake of networks with long round trips; we give half a part less, because players choose their position first and
 * then take some tenths of a second to begin, which they keep (docs/decisions/0038-quarter-second-parts.md).
 */
export function partHoldBackMs(state: PublicationState, partMs: number): number {
  const longest = Math.max(partTargetOf(state, 'video', partMs), partTargetOf(state, 'audio', partMs));
  return Math.max(2.5 * partMs, 2 * longest);
}

const frameMsOf = (header: TrackHeader): number =>
  header.kind === 'video' ? 1000 / header.frameRate : (samplesPerFrame * 1000) / header.sampleRate;
