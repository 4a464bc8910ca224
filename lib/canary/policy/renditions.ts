import { type Check, counted, seconds } from './check.ts';
import { dashFaults, hlsFaults, type ListedTrack } from './segments.ts';

export interface TracksFound {
  /** Ids that the API reports of the broadcast, sound included. */
  readonly reported: readonly string[];
  readonly hls: readonly ListedTrack[];
  readonly dash: readonly ListedTrack[];
}

/** Whether the API, HLS and DASH offer the same tracks: at least one rendition, and sound. */
export function judgeRenditions({ reported, hls, dash }: TracksFound): Check {
  const names = (tracks: readonly ListedTrack[]) => [...new Set(tracks.map(({ id }) => id))].sort();
  const [inHls, inDash] = [names(hls), names(dash)];
  const videos = new Set(hls.filter(({ kind }) => kind === 'video').map(({ id }) => id));
  const missing = reported.filter((id) => !inHls.includes(id));
  return {
    name: 'renditions',
    faults: [
      ...(videos.size === 0 ? ['no rendition with pictures'] : []),
      ...(hls.some(({ kind }) => kind === 'audio') ? [] : ['no sound']),
      ...(missing.length > 0 ? [`the API reports ${missing.join(', ')}, which HLS doesn't list`] : []),
      ...(inHls.join() === inDash.join()
        ? []
        : [`HLS lists ${inHls.join(', ') || 'nothing'}, DASH lists ${inDash.join(', ') || 'nothing'}`]),
    ],
    figures: { renditions: videos.size },
  };
}

export interface ContinuityFound {
  readonly hls: readonly (ListedTrack & { readonly ended: boolean; readonly breaks: number })[];
  readonly dash: readonly ListedTrack[];
  readonly dashEnded: boolean;
  /** `maxSegmentDuration`. */
  readonly dashLongestMs?: number;
  /** Requests of players that got nothing, in words. */
  readonly misses: readonly string[];
  readonly discontinuities: number;
  /** How long was published. */
  readonly publishedMs: number;
  /** Time without a picture to show, of a player with the usual buffer, by track. */
  readonly stalls: readonly { readonly id: string; readonly stalledMs: number }[];
  readonly parts: number;
}

/** A track may end this much early or late: a frame, and the sound's own grid. */
const endSlackMs = 150;

/** Whether every track of both formats is whole, from the first to the last segment. */
export function judgeContinuity(found: ContinuityFound): Check {
  const { hls, dash, dashEnded, dashLongestMs, misses, discontinuities, publishedMs, stalls, parts } = found;
  const longest = dashLongestMs === undefined ? {} : { longestMs: dashLongestMs };
  const stalled = stalls.filter(({ stalledMs }) => stalledMs > 0);
  return {
    name: 'continuity',
    faults: [
      ...hls.flatMap((track) => [
        ...hlsFaults(track),
        ...shortTrack('HLS', track, publishedMs),
        ...(track.ended ? [] : [`HLS ${track.id}: not marked as ended`]),
        ...(track.breaks > 0
          ? [`HLS ${track.id}: ${track.breaks} unmarked jumps of the decode time (right: 0)`]
          : []),
      ]),
      ...dash.flatMap((track) => [...dashFaults(track, longest), ...shortTrack('DASH', track, publishedMs)]),
      ...(dashEnded ? [] : ['DASH: not marked as ended']),
      ...(discontinuities > 0 ? [`${discontinuities} discontinuities (right: 0)`] : []),
      ...counted(misses, 'requests of players failed'),
      ...stalled.map(({ id, stalledMs }) => `${id}: a player would stall for ${seconds(stalledMs)}`),
    ],
    figures: {
      segments: hls.reduce((sum, { segments }) => sum + segments.length, 0),
      parts,
      discontinuities,
    },
  };
}

function shortTrack(format: string, { id, segments }: ListedTrack, publishedMs: number): string[] {
  const listedMs = segments.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return Math.abs(listedMs - publishedMs) <= endSlackMs
    ? []
    : [`${format} ${id}: ${seconds(listedMs)} of ${seconds(publishedMs)} published`];
}
