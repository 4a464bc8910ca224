import HLS from 'hls-parser';

/** The smallest thing that a playlist names in its place: a part, or a whole segment whose parts it doesn't name (any more). */
export interface ListedPiece {
  readonly number: number;
  /** 0 for a whole segment. */
  readonly index: number;
  readonly isWhole: boolean;
  readonly uri: string;
  readonly init: string;
  readonly independent: boolean;
  /** Follows `EXT-X-DISCONTINUITY`. */
  readonly discontinuity: boolean;
  /** Of its segment, if that is whole. */
  readonly segmentMs: number | undefined;
}

/** A media playlist, as far as a low-latency player reads it. */
export interface ListedParts {
  readonly pieces: readonly ListedPiece[];
  readonly next: { readonly number: number; readonly index: number };
  /** NaN where there are no parts. */
  readonly holdBackMs: number;
  readonly ended: boolean;
}

/** Reads the parts of a media playlist. Throws if it is none. */
export function listedParts(text: string): ListedParts {
  const playlist = HLS.parse(text);
  if (playlist.isMasterPlaylist) throw new Error('expected a media playlist');
  const { segments, lowLatencyCompatibility, endlist } = playlist as HLS.types.MediaPlaylist;
  // The parser gives the open segment no map.
  let init = '';
  const pieces = segments.flatMap((segment): ListedPiece[] => {
    const { mediaSequenceNumber: number, map, parts, uri, duration, gap = false } = segment;
    const { discontinuity: begins = false } = segment;
    init = map?.uri ?? init;
    const segmentMs = uri === '' ? undefined : duration * 1000;
    const named = parts.filter(({ hint }) => !hint);
    const common = { number, init, segmentMs };
    if (named.length > 0)
      return named.map(({ uri: part, independent = false }, index) => ({
        ...{ ...common, index, isWhole: false, uri: part, independent },
        discontinuity: begins && index === 0,
      }));
    if (uri === '' || gap) return [];
    return [{ ...common, index: 0, isWhole: true, uri, independent: true, discontinuity: begins }];
  });
  const open = segments.findLast(({ uri }) => uri === '');
  const next = open
    ? { number: open.mediaSequenceNumber, index: open.parts.filter(({ hint }) => !hint).length }
    : { number: (segments.at(-1)?.mediaSequenceNumber ?? -1) + 1, index: 0 };
  const holdBackMs = (lowLatencyCompatibility?.partHoldBack ?? Number.NaN) * 1000;
  return { pieces, next, holdBackMs, ended: endlist };
}
