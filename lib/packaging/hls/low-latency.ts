import { attributeTag, quoted, uriLine } from './tags.ts';

/** A partial segment (rfc8216bis 4.4.4.9). */
export interface HlsPart {
  readonly uri: string;
  readonly durationSeconds: number;
  /** Begins with a key frame. Sound always does. */
  readonly independent?: boolean;
  /** True if it is missing: players don't request it. */
  readonly gap?: boolean;
}

/** The segment that is still growing: its parts follow the last whole segment. */
export interface HlsOpenSegment {
  readonly mapUri: string;
  readonly programDateTimeMs: number;
  readonly discontinuity?: boolean;
  /** May be empty. */
  readonly parts: readonly HlsPart[];
}

/** How far another rendition's playlist has come (rfc8216bis 4.4.5.4). */
export interface HlsRenditionReport {
  /** Its playlist, relative to this one. */
  readonly uri: string;
  readonly lastMsn: number;
  /** @default it has no parts */
  readonly lastPart?: number;
}

/** What makes a live playlist a low-latency one (rfc8216bis 4.4.3.7, 4.4.3.8, 4.4.5). */
export interface HlsLowLatency {
  /** No part is longer. Must not change during a playlist's lifetime. */
  readonly partTargetSeconds: number;
  /** How far behind the end players stay; at least twice the part target, and the same in all playlists of a broadcast. */
  readonly partHoldBackSeconds: number;
  /** Players that update a playlist younger than this may ask for a delta; at least six target durations. */
  readonly canSkipUntilSeconds: number;
  /** Leave out what players have that ask for a delta update (rfc8216bis 6.2.5.1). @default the whole playlist */
  readonly delta?: boolean;
  readonly open?: HlsOpenSegment;
  /** The next part's URI: a request for it is held until it is there. */
  readonly preloadHintUri?: string;
  /** Of the other renditions' playlists. */
  readonly renditionReports: readonly HlsRenditionReport[];
}

/**
 * What players may ask of the server, and how far from the end they start. A multivariant playlist's media playlists must all say
 * the same (rfc8216bis 6.2.4). Nothing, if there is nothing to say.
 */
export function serverControlLines(
  lowLatency: HlsLowLatency | undefined,
  holdBackSeconds: number | undefined,
): string[] {
  if (lowLatency === undefined && holdBackSeconds === undefined) return [];
  const control = attributeTag('EXT-X-SERVER-CONTROL', {
    'CAN-BLOCK-RELOAD': lowLatency && 'YES',
    'PART-HOLD-BACK': lowLatency && seconds(lowLatency.partHoldBackSeconds),
    'CAN-SKIP-UNTIL': lowLatency && seconds(lowLatency.canSkipUntilSeconds),
    'HOLD-BACK': holdBackSeconds === undefined ? undefined : seconds(holdBackSeconds),
  });
  if (lowLatency === undefined) return [control];
  return [control, attributeTag('EXT-X-PART-INF', { 'PART-TARGET': seconds(lowLatency.partTargetSeconds) })];
}

export function partLines(parts: readonly HlsPart[]): string[] {
  return parts.map(({ uri, durationSeconds, independent, gap }) =>
    attributeTag('EXT-X-PART', {
      DURATION: durationSeconds.toFixed(5),
      URI: quoted(uriLine(uri)),
      INDEPENDENT: independent ? 'YES' : undefined,
      GAP: gap ? 'YES' : undefined,
    }),
  );
}

/** What follows the last part. */
export function edgeLines({ preloadHintUri, renditionReports }: HlsLowLatency): string[] {
  const hint =
    preloadHintUri === undefined
      ? []
      : [attributeTag('EXT-X-PRELOAD-HINT', { TYPE: 'PART', URI: quoted(uriLine(preloadHintUri)) })];
  const reports = renditionReports.map(({ uri, lastMsn, lastPart }) =>
    attributeTag('EXT-X-RENDITION-REPORT', {
      URI: quoted(uriLine(uri)),
      'LAST-MSN': lastMsn,
      'LAST-PART': lastPart,
    }),
  );
  return [...hint, ...reports];
}

/** Rounding of durations must not decide whether a segment is beyond the boundary. */
const roundingSeconds = 0.001;

/**
 * How many segments a delta update leaves out: those whose end is further from the playlist's end, open parts included, than the
 * skip boundary (rfc8216bis 6.2.5.1).
 */
export function skippedSegments(
  segments: readonly { readonly durationSeconds: number }[],
  { canSkipUntilSeconds, open }: HlsLowLatency,
): number {
  let behind = (open?.parts ?? []).reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
  let shown = 0;
  while (shown < segments.length && behind <= canSkipUntilSeconds + roundingSeconds) {
    shown++;
    behind += segments.at(-shown)!.durationSeconds;
  }
  return segments.length - shown;
}

/** A decimal-floating-point number without needless zeros. */
const seconds = (value: number): string => String(Math.round(value * 100_000) / 100_000);
