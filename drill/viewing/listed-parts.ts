import HLS from 'hls-parser';

/** A media playlist, as far as a low-latency player reads it. */
export interface ListedParts {
  readonly pieces: readonly {
    readonly number: number;
    readonly index: number;
    readonly uri: string;
    readonly init: string;
    readonly independent: boolean;
  }[];
  readonly next: { readonly number: number; readonly index: number };
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
  const pieces = segments.flatMap(({ mediaSequenceNumber: number, map, parts }) => {
    init = map?.uri ?? init;
    return parts.flatMap(({ uri, hint, independent = false }, index) =>
      hint ? [] : [{ number, index, uri, init, independent }],
    );
  });
  const open = segments.findLast(({ uri }) => uri === '');
  const next = open
    ? { number: open.mediaSequenceNumber, index: open.parts.filter(({ hint }) => !hint).length }
    : { number: (segments.at(-1)?.mediaSequenceNumber ?? -1) + 1, index: 0 };
  const holdBackMs = (lowLatencyCompatibility?.partHoldBack ?? Number.NaN) * 1000;
  return { pieces, next, holdBackMs, ended: endlist };
}
