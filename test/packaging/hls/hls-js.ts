import { BasePlaylistController, type LevelDetails, type LevelLoadedData, M3U8Parser } from 'hls.js';

/** hls.js is made for browsers. */
Object.assign(globalThis, { self: globalThis });

export const playlistUrl = 'https://edge.example/local/stream/b1/720p/playlist.m3u8';

const main = 'main' as Parameters<typeof M3U8Parser.parseLevelPlaylist>[3];

/** The playlist as hls.js reads it. Throws what it finds wrong. */
export function readByHlsJs(text: string): LevelDetails {
  const details = M3U8Parser.parseLevelPlaylist(text, playlistUrl, 0, main, 0, null);
  if (details.playlistParsingError) throw details.playlistParsingError;
  return details;
}

/** hls.js's own way from one version of a live playlist to the next, delta updates included. */
class Reloads extends BasePlaylistController {
  constructor() {
    const silent = () => {};
    const hls = {
      config: { timelineOffset: 0, liveMaxUnchangedPlaylistRefresh: Number.POSITIVE_INFINITY },
      logger: { log: silent, warn: silent, info: silent, debug: silent, error: silent, trace: silent },
      trigger: (_: string, { error }: { error: Error }) => {
        throw error;
      },
    };
    super(hls as unknown as ConstructorParameters<typeof BasePlaylistController>[0], 'test');
  }

  merge(previous: LevelDetails, details: LevelDetails): LevelDetails {
    const data = { details, levelInfo: { id: 0 }, stats: { loading: { start: 0, first: 0 } } };
    this.playlistLoaded(0, data as unknown as LevelLoadedData, previous);
    if (details.deltaUpdateFailed) throw new Error('A skipped segment is missing in the previous playlist');
    return details;
  }
}

/** What hls.js has after it loaded these versions of a playlist, one after the other. */
export function reloadedByHlsJs(versions: readonly string[]): LevelDetails {
  const reloads = new Reloads();
  return versions
    .map((text) => readByHlsJs(text))
    .reduce((previous, details) => reloads.merge(previous, details));
}

/** What must not depend on the way by which a player came to a playlist. */
export const heldByHlsJs = ({ fragments, partList, startSN, endSN }: LevelDetails) => ({
  startSN,
  endSN,
  segments: fragments.map((fragment) => ({
    url: fragment.url,
    init: fragment.initSegment?.url,
    number: fragment.sn,
    discontinuity: fragment.cc,
    start: fragment.start,
    duration: fragment.duration,
    date: fragment.programDateTime,
  })),
  parts: (partList ?? []).map(({ url, index, fragment, duration }) => [url, fragment.sn, index, duration]),
});
