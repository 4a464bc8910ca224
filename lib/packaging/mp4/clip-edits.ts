import { movieTimescale, type TrackEdit } from './movie.ts';

/** What is known of a track once all of its samples are there. Times in its timescale, since the beginning of the broadcast. */
export interface CutTrack {
  readonly kind: 'video' | 'audio';
  readonly timescale: number;
  /** Decoding time of its first sample. */
  readonly firstDecodeTicks: number;
  /** When its first sample is presented. */
  readonly firstTicks: number;
  /** When the sample that is shown as the clip begins is presented. */
  readonly shownTicks: number | undefined;
  /** When its last sample ends. */
  readonly endTicks: number;
}

/** In milliseconds since the beginning of the broadcast; left out where nothing is cut off. */
export interface ClipTimes {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/**
 * What of each track is shown. Pictures decide: the clip begins as the picture begins that is shown at its start, and ends as the last
 * one ends that begins before its end. Sound is cut to that, to the sample. Sound alone is cut where it was asked for.
 */
export function clipEdits(tracks: readonly CutTrack[], { fromMs, toMs }: ClipTimes): readonly TrackEdit[] {
  const [start, end] = clipBounds(tracks, { fromMs, toMs });
  return tracks.map((track) => {
    const begins = Math.max(start, inMovie(track.firstTicks, track));
    const ends = Math.min(end, inMovie(track.endTicks, track));
    const mediaTicks = Math.round((begins * track.timescale) / movieTimescale) - track.firstDecodeTicks;
    return {
      emptyTicks: Math.round(begins - start),
      mediaTicks: Math.max(0, mediaTicks),
      durationTicks: Math.max(0, Math.round(ends) - Math.round(begins)),
    };
  });
}

/** In ticks of the movie. */
function clipBounds(tracks: readonly CutTrack[], { fromMs, toMs }: ClipTimes): [start: number, end: number] {
  const first = Math.min(...tracks.map((track) => inMovie(track.firstTicks, track)));
  const last = Math.max(...tracks.map((track) => inMovie(track.endTicks, track)));
  const pictures = tracks.find(({ kind }) => kind === 'video');
  const wanted = { from: fromMs && ms(fromMs), to: toMs && ms(toMs) };
  const shown = pictures?.shownTicks === undefined ? undefined : inMovie(pictures.shownTicks, pictures);
  const start = wanted.from === undefined ? first : (shown ?? Math.max(wanted.from, first));
  if (wanted.to === undefined) return [start, last];
  const end = pictures ? inMovie(pictures.endTicks, pictures) : Math.min(wanted.to, last);
  return [start, end];
}

const ms = (value: number): number => (value * movieTimescale) / 1000;

const inMovie = (ticks: number, { timescale }: Pick<CutTrack, 'timescale'>): number =>
  (ticks * movieTimescale) / timescale;
