import HLS from 'hls-parser';
import { parse } from 'mpd-parser';
import type { ListedTrack } from './policy/segments.ts';

/** A track as a manifest lists it; whether its segments are served isn't known yet. */
export interface ManifestTrack extends Omit<ListedTrack, 'segments'> {
  readonly lines?: number;
  readonly segments: readonly ManifestSegment[];
}

export interface ManifestSegment {
  readonly uri: string;
  readonly map: string;
  readonly durationMs: number;
  /** Known in DASH: where it begins. */
  readonly atMs?: number;
  readonly gap?: boolean;
  readonly discontinuity?: boolean;
  /** URLs of its parts, if listed. */
  readonly parts?: readonly string[];
}

export interface HlsTrack extends ManifestTrack {
  readonly targetDuration: number;
  /** Wall clock at the end of the last segment, from PROGRAM-DATE-TIME. */
  readonly edgeAtMs?: number;
  readonly ended: boolean;
  /** URLs of the parts of the segment that isn't whole yet. */
  readonly growing?: readonly string[];
}

/** A media playlist of a multivariant playlist; without `lines` it is sound. */
export interface PlaylistReference {
  readonly url: string;
  readonly lines?: number;
}

/** The media playlists of a multivariant playlist at `url`, the best pictures first. Throws if it isn't one. */
export function parseMultivariant(text: string, url: string): PlaylistReference[] {
  const playlist = HLS.parse(text);
  if (!playlist.isMasterPlaylist) throw new Error(`${url} is not a multivariant playlist`);
  const { variants } = playlist as HLS.types.MasterPlaylist;
  const sounds = variants.flatMap(({ audio }) => audio.flatMap(({ uri }) => (uri ? [uri] : [])));
  const videos = variants
    .filter(({ resolution }) => resolution)
    .sort((a, b) => b.bandwidth - a.bandwidth)
    .map(({ uri, resolution }) => ({
      url: new URL(uri, url).href,
      ...(resolution && { lines: resolution.height }),
    }));
  const alone = variants.filter(({ resolution }) => !resolution).map(({ uri }) => uri);
  return [...videos, ...[...new Set([...sounds, ...alone])].map((uri) => ({ url: new URL(uri, url).href }))];
}

/** Throws if the text isn't a media playlist. */
export function parseMediaPlaylist(text: string, { url, lines }: PlaylistReference): HlsTrack {
  const playlist = HLS.parse(text);
  if (playlist.isMasterPlaylist) throw new Error(`${url} is not a media playlist`);
  const { segments, targetDuration, endlist } = playlist as HLS.types.MediaPlaylist;
  let map = '';
  let edgeAtMs: number | undefined;
  const partsOf = ({ parts }: HLS.types.Segment): string[] =>
    parts.flatMap(({ uri, gap, hint }) => (gap === true || hint ? [] : [new URL(uri, url).href]));
  // The parser gives the one that grows no URI.
  const open = segments.find(({ uri }) => uri === '');
  const whole = segments.filter((segment) => segment !== open);
  const listed = whole.map((segment) => {
    map = segment.map?.uri ?? map;
    const fromMs = segment.programDateTime?.getTime() ?? edgeAtMs;
    edgeAtMs = fromMs === undefined ? undefined : fromMs + segment.duration * 1000;
    const parts = partsOf(segment);
    return {
      uri: new URL(segment.uri, url).href,
      map: new URL(map, url).href,
      durationMs: segment.duration * 1000,
      gap: segment.gap ?? false,
      discontinuity: segment.discontinuity ?? false,
      ...(parts.length > 0 && { parts }),
    };
  });
  return {
    kind: lines === undefined ? 'audio' : 'video',
    id: new URL(url).pathname.split('/').at(-2) ?? '',
    ...(lines === undefined ? {} : { lines }),
    targetDuration,
    ended: endlist,
    segments: listed,
    ...(open && { growing: partsOf(open) }),
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

/** An MPD as an independent parser, a web player's, reads it. `nowMs` is Unix time. */
export function parseDash(text: string, url: string, nowMs: number): DashManifest {
  const { playlists, mediaGroups } = parse(text, { manifestUri: url, NOW: nowMs });
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
