import { parse } from 'mpd-parser';
import { fetchMediaPlaylist, fetchMultivariant } from '../../testkit/media/playback.ts';
import type { ListedTrack } from '../judge/segments.ts';

/** A track without a word on whether its segments are served. */
export interface ManifestTrack extends Omit<ListedTrack, 'segments'> {
  readonly lines?: number;
  readonly segments: readonly {
    readonly uri: string;
    readonly map: string;
    readonly durationMs: number;
    readonly atMs?: number;
    readonly gap?: boolean;
    readonly discontinuity?: boolean;
  }[];
}

export interface HlsTrack extends ManifestTrack {
  readonly targetDuration: number;
  /** Wall clock at the end of the last segment, from PROGRAM-DATE-TIME. */
  readonly edgeAtMs?: number;
  readonly ended: boolean;
}

/** The media playlists of a multivariant playlist, the best pictures first. */
export async function readHls(url: string): Promise<HlsTrack[]> {
  const { variants } = await fetchMultivariant(url);
  const sounds = variants.flatMap(({ audio }) => audio.flatMap(({ uri }) => (uri ? [uri] : [])));
  const videos = variants
    .filter(({ resolution }) => resolution)
    .sort((a, b) => b.bandwidth - a.bandwidth)
    .map(({ uri, resolution }) => ({ uri, lines: resolution?.height }));
  const alone = variants.filter(({ resolution }) => !resolution).map(({ uri }) => uri);
  const all = [...videos, ...[...new Set([...sounds, ...alone])].map((uri) => ({ uri, lines: undefined }))];
  return await Promise.all(all.map(({ uri, lines }) => readPlaylist(new URL(uri, url).href, lines)));
}

async function readPlaylist(url: string, lines: number | undefined): Promise<HlsTrack> {
  const { segments, targetDuration, endlist } = await fetchMediaPlaylist(url);
  let map = '';
  let edgeAtMs: number | undefined;
  const listed = segments.map((segment) => {
    map = segment.map?.uri ?? map;
    const fromMs = segment.programDateTime?.getTime() ?? edgeAtMs;
    edgeAtMs = fromMs === undefined ? undefined : fromMs + segment.duration * 1000;
    return {
      uri: new URL(segment.uri, url).href,
      map: new URL(map, url).href,
      durationMs: segment.duration * 1000,
      gap: segment.gap ?? false,
      discontinuity: segment.discontinuity ?? false,
    };
  });
  return {
    kind: lines === undefined ? 'audio' : 'video',
    id: new URL(url).pathname.split('/').at(-2) ?? '',
    ...(lines === undefined ? {} : { lines }),
    targetDuration,
    ended: endlist,
    segments: listed,
    ...(edgeAtMs === undefined ? {} : { edgeAtMs }),
  };
}

export interface DashManifest {
  /** `mediaPresentationDuration` and `maxSegmentDuration`. */
  readonly durationMs?: number;
  readonly longestMs?: number;
  /** `static`. */
  readonly ended: boolean;
  readonly tracks: readonly ManifestTrack[];
}

/** An MPD as an independent parser, a web player's, reads it. */
export async function readDash(url: string): Promise<DashManifest> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} for ${url}`);
  const text = await answer.text();
  const { playlists, mediaGroups } = parse(text, { manifestUri: url, NOW: Date.now() });
  const sounds = Object.values(mediaGroups.AUDIO).flatMap((group) =>
    Object.values(group).flatMap((one) => one.playlists),
  );
  const track = (kind: 'video' | 'audio') => (playlist: (typeof playlists)[number]) => ({
    kind,
    id: String(playlist.attributes.NAME),
    segments: playlist.segments.map((segment) => ({
      uri: segment.resolvedUri,
      map: segment.map.resolvedUri,
      durationMs: segment.duration * 1000,
      atMs: segment.presentationTime * 1000,
    })),
  });
  const durationMs = attributeMs(text, 'mediaPresentationDuration');
  const longestMs = attributeMs(text, 'maxSegmentDuration');
  return {
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(longestMs === undefined ? {} : { longestMs }),
    ended: /<MPD[^>]* type="static"/.test(text),
    tracks: [
      ...playlists.filter(({ attributes }) => attributes.RESOLUTION).map(track('video')),
      ...sounds.map(track('audio')),
    ],
  };
}

/** An `xs:duration` of the MPD's root element, which the parser doesn't pass on. */
function attributeMs(mpd: string, name: string): number | undefined {
  const [, hours = 0, minutes = 0, seconds = 0] =
    new RegExp(`<MPD[^>]* ${name}="PT(?:(\\d+)H)?(?:(\\d+)M)?(?:([\\d.]+)S)?"`).exec(mpd) ?? [];
  const ms = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return mpd.includes(` ${name}="`) ? ms : undefined;
}
