import { segmentStartMs } from '../../../../packaging/segment-grid.ts';

/** A segment, or a gap, that a media playlist names. */
export interface PlaylistEntry {
  readonly number: number;
  readonly name: string;
  readonly initName: string;
  readonly seconds: number;
  readonly discontinuity: boolean;
  readonly gap: boolean;
}

/** Parses a media playlist as written by this worker. */
export function readPlaylist(playlist: string): { entries: PlaylistEntry[]; startedAtMs?: number } {
  const entries: PlaylistEntry[] = [];
  let number = Number(/#EXT-X-MEDIA-SEQUENCE:(\d{1,15})$/m.exec(playlist)?.[1] ?? 0);
  let startedAtMs: number | undefined;
  let marks = { initName: '', seconds: 0, discontinuity: false, gap: false };
  for (const line of playlist.split('\n')) {
    if (line === '#EXT-X-DISCONTINUITY') marks.discontinuity = true;
    else if (line === '#EXT-X-GAP') marks.gap = true;
    else if (line.startsWith('#EXT-X-MAP:'))
      marks.initName = /URI="(?:[^"]*\/)?([^"/]+)"/.exec(line)?.[1] ?? '';
    else if (line.startsWith('#EXTINF:')) marks.seconds = Number.parseFloat(line.slice(8));
    else if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) {
      const dateMs = timeOf(line.slice(25));
      if (dateMs !== undefined) startedAtMs ??= dateMs - segmentStartMs(number);
    } else if (line !== '' && !line.startsWith('#')) {
      entries.push({ number: number++, name: line, ...marks });
      marks = { ...marks, discontinuity: false, gap: false };
    }
  }
  return { entries, ...(startedAtMs === undefined ? {} : { startedAtMs }) };
}

/** Unix milliseconds of an ISO date; undefined if it is none. */
export function timeOf(date = ''): number | undefined {
  const ms = Date.parse(date);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Names of the init segments that a playlist refers to. */
export const initNamesOf = (playlist: string): string[] => [
  ...new Set(readPlaylist(playlist).entries.map(({ initName }) => initName)),
];

/** The segments that are the rendition's own, not a neighbour's. */
export const ownEntries = (playlist: string): PlaylistEntry[] =>
  readPlaylist(playlist).entries.filter(({ name, gap }) => !gap && !name.includes('/'));

/** Numbers of the segments that a rendition's playlist names, without those of its neighbours. */
export const ownNumbersOf = (playlist: string): number[] => ownEntries(playlist).map(({ number }) => number);

/** The last number that the playlists of these renditions name; -1 without any. */
export const lastNamed = (playlists: ReadonlyMap<string, string>): number =>
  Math.max(-1, ...[...playlists.values()].map((text) => readPlaylist(text).entries.at(-1)?.number ?? -1));
