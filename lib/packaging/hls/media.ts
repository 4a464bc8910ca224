import {
  edgeLines,
  type HlsLowLatency,
  type HlsOpenSegment,
  type HlsPart,
  partLines,
  serverControlLines,
  skippedSegments,
} from './low-latency.ts';
import { attributeTag, joinLines, quoted, uriLine } from './tags.ts';

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
  /** How far behind the end players without low latency stay; at least three target durations. @default three of them */
  readonly holdBackSeconds?: number;
  /** Of a live playlist. @default for standard latency */
  readonly lowLatency?: HlsLowLatency;
}

/**
 * A media playlist (draft-pantos-hls-rfc8216bis-22 4.4). The target duration is raised if a segment rounds to more: players handle
 * that better than a segment that is too long.
 */
export function mediaPlaylist(model: MediaPlaylistModel): string {
  const { segments, ended } = model;
  const lowLatency = ended ? undefined : model.lowLatency;
  const skipped = lowLatency?.delta ? skippedSegments(segments, lowLatency) : 0;
  const longest = segments.reduce((most, { durationSeconds }) => Math.max(most, durationSeconds), 0);
  const lines = [
    '#EXTM3U',
    // 4.4.1.2, 8: EXT-X-GAP requires 8 (changing it as gaps come and go would gain nothing), EXT-X-SKIP 9, low latency itself nothing.
    `#EXT-X-VERSION:${skipped > 0 ? 9 : 8}`,
    `#EXT-X-TARGETDURATION:${Math.max(model.targetDurationSeconds, Math.round(longest))}`,
    ...serverControlLines(lowLatency, ended ? undefined : model.holdBackSeconds),
    `#EXT-X-MEDIA-SEQUENCE:${model.mediaSequence}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${model.discontinuitySequence}`,
  ];
  if (model.type !== undefined) lines.push(`#EXT-X-PLAYLIST-TYPE:${model.type}`);
  lines.push('#EXT-X-INDEPENDENT-SEGMENTS');
  if (skipped > 0) lines.push(attributeTag('EXT-X-SKIP', { 'SKIPPED-SEGMENTS': skipped }));
  // The first one after a skip says its map and date again: Shaka Player (5.2) would otherwise load it without an init segment.
  let previous: HlsSegment | undefined;
  for (const segment of segments.slice(skipped)) {
    lines.push(...segmentLines(segment, previous));
    previous = segment;
  }
  if (lowLatency) {
    const { open } = lowLatency;
    if (open && open.parts.length > 0) lines.push(...runLines(open, previous), ...partLines(open.parts));
    lines.push(...edgeLines(lowLatency));
  }
  if (ended) lines.push('#EXT-X-ENDLIST');
  return joinLines(lines);
}

function segmentLines(segment: HlsSegment, previous: HlsSegment | undefined): string[] {
  const lines = [...runLines(segment, previous), ...partLines(segment.parts ?? [])];
  if (segment.gap) lines.push('#EXT-X-GAP');
  lines.push(`#EXTINF:${segment.durationSeconds.toFixed(5)},`, uriLine(segment.uri));
  return lines;
}

/** What changes with a segment. It applies to its first part, too, so it comes before that (4.4.4.9). */
function runLines(segment: HlsSegment | HlsOpenSegment, previous: HlsSegment | undefined): string[] {
  const lines: string[] = [];
  const newRun = previous === undefined || segment.discontinuity === true;
  if (segment.discontinuity) lines.push('#EXT-X-DISCONTINUITY');
  if (newRun || segment.mapUri !== previous.mapUri) {
    lines.push(attributeTag('EXT-X-MAP', { URI: quoted(uriLine(segment.mapUri)) }));
  }
  if (newRun) {
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.programDateTimeMs).toISOString()}`);
  }
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
