import { partTargetMs } from '../../../encoding/policy/segmenting/part.ts';
import { longestPictureMs } from '../../../policy/stream-tag.ts';
import type { TrackHeader } from '../../../policy/track-header.ts';
import type { PublicationState } from '../publication-model.ts';

/** AAC. */
const samplesPerFrame = 1024;

/**
 * Of a kind's playlists, which may name one another's parts. It takes all periods into account, because it must not change from one
 * playlist to the next; it rises when a publisher comes back with fewer pictures a second.
 */
export function partTargetOf(state: PublicationState, kind: TrackHeader['kind'], partMs: number): number {
  return Math.max(partMs, ...framesMs(state, kind).map((frameMs) => partTargetMs(partMs, frameMs)));
}

/**
 * How far behind the end players stay, in ms: at least twice the longest part (rfc8216bis 4.4.3.8: MUST). It says that it SHOULD be
 * three times, for the sake of networks with long round trips; we give half a part less, because players choose their position first and
 * then take some tenths of a second to begin, which they keep (docs/decisions/0038-quarter-second-parts.md). A picture that stands is
 * repeated once the next one has come: where they come seldom, parts are as late as that.
 */
export function partHoldBackMs(state: PublicationState, partMs: number): number {
  const longest = Math.max(partTargetOf(state, 'video', partMs), partTargetOf(state, 'audio', partMs));
  const lateMs = Math.max(0, ...framesMs(state, 'video').filter((frameMs) => frameMs > longestPictureMs));
  return Math.max(2.5 * partMs + Math.round(lateMs), 2 * longest);
}

/** The lengths of this kind's frames in all periods, each once. */
function framesMs({ periods }: PublicationState, kind: TrackHeader['kind']): readonly number[] {
  const headers = periods.flatMap((period) => [...period.headers.values()]);
  return [...new Set(headers.filter((header) => header.kind === kind).map(frameMsOf))];
}

const frameMsOf = (header: TrackHeader): number =>
  header.kind === 'video' ? 1000 / header.frameRate : (samplesPerFrame * 1000) / header.sampleRate;
