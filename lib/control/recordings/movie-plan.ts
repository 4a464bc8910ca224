import type { ClipRange } from '../../control-store/downloads.ts';
import { hlsIndexName, hlsPlaylistName } from '../../object-store/object-names.ts';
import type { ObjectStore } from '../../object-store/ports.ts';
import { segmentMs, segmentNumberAt, segmentStartMs } from '../../packaging/segment-grid.ts';
import { DownloadRefusedError } from './errors.ts';
import {
  type RecordedRendition,
  type RecordedSegment,
  recordedPlaylist,
  recordedRenditions,
} from './policy/recording-playlist.ts';

/** What goes into a file. */
export interface MoviePlan {
  readonly tracks: readonly PlannedTrack[];
  /** Numbers of the segments to read, in order; tracks may lack some. */
  readonly numbers: readonly number[];
  /** In milliseconds since the beginning of the broadcast; left out where nothing is cut off. */
  readonly fromMs?: number;
  readonly toMs?: number;
}

export interface PlannedTrack {
  readonly rendition: RecordedRendition;
  readonly segments: ReadonlyMap<number, RecordedSegment>;
}

/** A decoder of sound needs what came just before, and a picture may begin a little after its segment does. */
const leadInMs = 300;

/** Two days: more would not fit into what CloudFront delivers as one object. */
const mostSegments = (48 * 3_600_000) / segmentMs;

/** Looks up what a download needs. Throws `DownloadRefusedError` and the store's errors. `prefix`: the broadcast's. */
export async function planMovie(
  objects: Pick<ObjectStore, 'get'>,
  prefix: string,
  { startMs, endMs, rendition }: ClipRange & { readonly rendition?: string | undefined },
): Promise<MoviePlan> {
  const index = await textOf(objects, prefix + hlsIndexName);
  const renditions = chosen(recordedRenditions(index), rendition);
  const found = await Promise.all(
    renditions.map(async (each) => {
      const text = await textOf(objects, `${prefix}${each.id}/${hlsPlaylistName}`);
      return { rendition: each, playlist: recordedPlaylist(text, prefix, each.id) };
    }),
  );
  const playlists = found.map(({ playlist }) => playlist);
  const first = Math.min(...playlists.map(({ firstNumber }) => firstNumber));
  const next = Math.max(...playlists.map(({ nextNumber }) => nextNumber));
  const ended = playlists.every((each) => each.ended);
  // A playlist that still slides no longer says where the broadcast began.
  const origin = ended ? segmentStartMs(first) : 0;
  const fromMs = startMs === undefined || startMs === 0 ? undefined : origin + startMs;
  const toMs = endMs === undefined ? undefined : origin + endMs;
  const availableMs = segmentStartMs(next) - origin;
  if ((startMs ?? 0) >= availableMs) {
    throw new DownloadRefusedError('The recording ends before the clip begins.');
  }
  if (!ended && endMs !== undefined && endMs > availableMs) {
    throw new DownloadRefusedError(`So far only ${seconds(availableMs)} of it are recorded.`);
  }
  const from = fromMs === undefined ? first : Math.max(0, segmentNumberAt(fromMs - leadInMs));
  if (from < first && !ended) {
    throw new DownloadRefusedError(
      'This part is older than what viewers can rewind to. It can be downloaded once the broadcast has ended.',
    );
  }
  const to = toMs === undefined ? next : Math.min(next, segmentNumberAt(toMs) + 1);
  const begin = Math.max(first, from);
  if (to - begin > mostSegments)
    throw new DownloadRefusedError('More than 48 hours don’t fit into one file.');
  return {
    tracks: found.map(({ rendition: each, playlist }) => ({
      rendition: each,
      segments: new Map(playlist.segments.map((segment) => [segment.number, segment])),
    })),
    numbers: Array.from({ length: Math.max(0, to - begin) }, (_, at) => begin + at),
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
  };
}

async function textOf(objects: Pick<ObjectStore, 'get'>, key: string): Promise<string> {
  const found = await objects.get(key);
  if (found) return found.body.toString();
  throw new DownloadRefusedError('There is no recording of this broadcast, or it has been deleted.');
}

/** Pictures in the wanted size, or the best, with the sound; or the sound alone. */
function chosen(
  renditions: readonly RecordedRendition[],
  wanted: string | undefined,
): readonly RecordedRendition[] {
  const picked = wanted === undefined ? renditions[0] : renditions.find(({ id }) => id === wanted);
  if (!picked) {
    const there = renditions.map(({ id }) => id).join(', ');
    throw new DownloadRefusedError(
      there === '' ? 'The recording is empty.' : `The recording has no rendition ${wanted}: it has ${there}.`,
    );
  }
  const sound = renditions.find(({ kind }) => kind === 'audio');
  return picked.kind === 'video' && sound ? [picked, sound] : [picked];
}

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
