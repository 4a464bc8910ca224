import { type MediaPlaylistModel, mediaPlaylist } from '../../../../packaging/hls/media.ts';
import type { PublicationState } from '../publication-model.ts';
import { mediaPlaylistModel } from './publication-hls.ts';

/**
 * The lines of a rendition's whole segments, each written once: a playlist has hundreds of them, a broadcast's renditions change several
 * times a second, and a worker has a hundred broadcasts.
 */
export class WholeLines {
  readonly #id: string;
  #from = 0;
  /** Of the segments from `#from` on, as they follow one on another. */
  #lines: string[] = [];
  #joined: string | undefined;
  #rewrites = 0;

  constructor(id: string) {
    this.#id = id;
  }

  /** The lines of the segments `from` to before `to`. `rewrites` grows when segments that were listed change. */
  text(state: PublicationState, from: number, to: number, rewrites: number): string {
    if (from >= to) return '';
    this.#forget(from, to, rewrites);
    const known = this.#from + this.#lines.length;
    if (known < to) {
      this.#lines.push(...linesOf(state, this.#id, known, to));
      this.#joined = undefined;
    }
    this.#joined ??= opening(state, this.#id, from) + this.#lines.slice(1).join('');
    return this.#joined;
  }

  #forget(from: number, to: number, rewrites: number): void {
    const isLost =
      from < this.#from || from >= this.#from + this.#lines.length || rewrites !== this.#rewrites;
    const isTooLong = to < this.#from + this.#lines.length;
    if (isLost || isTooLong) {
      this.#from = from;
      this.#lines = [];
      this.#rewrites = rewrites;
      this.#joined = undefined;
    } else if (from > this.#from) {
      this.#lines.splice(0, from - this.#from);
      this.#from = from;
      this.#joined = undefined;
    }
  }
}

/** The lines of a playlist's head, and those of its segments and what follows. */
export function splitHead(playlist: string): [head: string, rest: string] {
  const at = playlist.search(firstSegmentLine);
  return at < 0 ? [playlist, ''] : [playlist.slice(0, at), playlist.slice(at)];
}

const firstSegmentLine =
  /^(?:#EXT-X-(?:DISCONTINUITY$|MAP|PROGRAM-DATE-TIME|PART:|GAP|PRELOAD|RENDITION)|#EXTINF|[^#])/m;

/** The segment's lines as a playlist's first one: with its map and date. */
function opening(state: PublicationState, id: string, number: number): string {
  const model = modelFrom(state, id, number);
  const at = number - model.mediaSequence;
  return splitHead(mediaPlaylist({ ...model, segments: model.segments.slice(at, at + 1) }))[1];
}

function linesOf(state: PublicationState, id: string, from: number, to: number): string[] {
  const model = modelFrom(state, id, from);
  const at = from - model.mediaSequence;
  // Its lines depend on the segment before.
  const first = Math.max(0, at - 1);
  const segments = model.segments.slice(first, to - model.mediaSequence);
  const [, rest] = splitHead(mediaPlaylist({ ...model, segments }));
  return (rest.match(segmentLines) ?? []).slice(at - first);
}

/** Up to the line with the URI. */
const segmentLines = /(?:#.*\n)*[^#\n].*\n/g;

/** From this number on, or, so that its lines are those that follow another, from the one before. */
function modelFrom(state: PublicationState, id: string, number: number): MediaPlaylistModel {
  const last = state.periods.at(-1)?.toNumber ?? number;
  return mediaPlaylistModel(state, id, last - number + 2);
}
