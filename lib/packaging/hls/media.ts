import { attributeTag, joinLines, quoted, uriLine } from './tags.ts';

/** A partial segment (rfc8216bis 4.4.4.9). */
export interface HlsPart {
  readonly uri: string;
  readonly durationSeconds: number;
  /** Begins with a key frame. Sound always does. */
  readonly independent?: boolean;
  readonly gap?: boolean;
}

export interface HlsSegment {
  readonly uri: string;
  /** Its init segment. Each segment has its own, so that a playlist can continue with another rendition's segments. */
  readonly mapUri: string;
  readonly durationSeconds: number;
  /** Wall clock time of its first sample, Unix ms. */
  readonly programDateTimeMs: number;
  /** True if timestamps, format or codec parameters differ from the previous segment. */
  readonly discontinuity?: boolean;
  /** True if the media is missing: players skip the segment without requesting it. */
  readonly gap?: boolean;
  /** Its parts, as long as players may still want them. */
  readonly parts?: readonly HlsPart[];
}

/** The segment that is still growing: its parts follow the last whole segment. */
export interface HlsOpenSegment {
  readonly mapUri: string;
  readonly programDateTimeMs: number;
  readonly discontinuity?: boolean;
  /** May be empty. */
  readonly parts: readonly HlsPart[];
}

/** What makes a live playlist a low-latency one (rfc8216bis 4.4.3.7, 4.4.3.8, 4.4.5). */
export interface HlsLowLatency {
  /** No part is longer. Must not change during a playlist's lifetime. */
  readonly partTargetSeconds: number;
  /** How far behind the end players stay; at least twice the part target. */
  readonly partHoldBackSeconds: number;
  /** Players that update a playlist younger than this may ask for a delta; at least six target durations. */
  readonly canSkipUntilSeconds: number;
  readonly open?: HlsOpenSegment;
  /** The next part's URI: a request for it is held until it is there. */
  readonly preloadHintUri?: string;
  /** The other renditions' playlists, relative to this one. */
  readonly renditionReports: readonly {
    readonly uri: string;
    readonly lastMsn: number;
    readonly lastPart: number;
  }[];
}

export interface MediaPlaylistModel {
  /** Whole seconds; must not change during a playlist's lifetime. */
  readonly targetDurationSeconds: number;
  /** Media sequence number of the first listed segment; on our grid, its segment number. */
  readonly mediaSequence: number;
  /** Number of discontinuities removed from the front of the playlist. */
  readonly discontinuitySequence: number;
  /** `EVENT`: segments are only appended. `VOD`: the playlist no longer changes. @default a sliding window */
  readonly type?: 'EVENT' | 'VOD';
  /** No more segments will follow. */
  readonly ended: boolean;
  readonly segments: readonly HlsSegment[];
  /** @default for standard latency */
  readonly lowLatency?: HlsLowLatency;
}

/**
 * A media playlist (RFC 8216 4.3.3, EXT-X-GAP from draft-pantos-hls-rfc8216bis 4.4.4.7). The target duration is raised if a
 * segment rounds to more: players handle that better than a segment that is too long.
 */
export function mediaPlaylist(model: MediaPlaylistModel): string {
  const longest = model.segments.reduce((most, { durationSeconds }) => Math.max(most, durationSeconds), 0);
  const lines = [
    '#EXTM3U',
    // EXT-X-GAP requires 8; changing the version as gaps come and go would gain nothing.
    '#EXT-X-VERSION:8',
    `#EXT-X-TARGETDURATION:${Math.max(model.targetDurationSeconds, Math.round(longest))}`,
    `#EXT-X-MEDIA-SEQUENCE:${model.mediaSequence}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${model.discontinuitySequence}`,
  ];
  if (model.type !== undefined) lines.push(`#EXT-X-PLAYLIST-TYPE:${model.type}`);
  lines.push('#EXT-X-INDEPENDENT-SEGMENTS');
  let previous: HlsSegment | undefined;
  for (const segment of model.segments) {
    lines.push(...segmentLines(segment, previous));
    previous = segment;
  }
  if (model.ended) lines.push('#EXT-X-ENDLIST');
  return joinLines(lines);
}

function segmentLines(segment: HlsSegment, previous: HlsSegment | undefined): string[] {
  const lines: string[] = [];
  const newRun = previous === undefined || segment.discontinuity === true;
  if (segment.discontinuity) lines.push('#EXT-X-DISCONTINUITY');
  if (newRun || segment.mapUri !== previous.mapUri) {
    lines.push(attributeTag('EXT-X-MAP', { URI: quoted(uriLine(segment.mapUri)) }));
  }
  if (newRun) {
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.programDateTimeMs).toISOString()}`);
  }
  if (segment.gap) lines.push('#EXT-X-GAP');
  lines.push(`#EXTINF:${segment.durationSeconds.toFixed(5)},`, uriLine(segment.uri));
  return lines;
}

/**
 * The same playlist with segments removed from the front, so that at most `count` remain. The removed ones are counted: media
 * sequence per segment, discontinuity sequence per EXT-X-DISCONTINUITY (RFC 8216 6.2.2).
 */
export function slideWindow(model: MediaPlaylistModel, count: number): MediaPlaylistModel {
  const gone = model.segments.slice(0, Math.max(0, model.segments.length - count));
  return {
    ...model,
    mediaSequence: model.mediaSequence + gone.length,
    discontinuitySequence:
      model.discontinuitySequence + gone.filter(({ discontinuity }) => discontinuity).length,
    segments: model.segments.slice(gone.length),
  };
}
