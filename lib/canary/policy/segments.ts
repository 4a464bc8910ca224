import { segmentMs } from '../../packaging/segment-grid.ts';

/** A segment as one of the manifests lists it. */
export interface ListedSegment {
  readonly uri: string;
  readonly durationMs: number;
  /** Known in DASH: where it begins. */
  readonly atMs?: number;
  /** Marked EXT-X-GAP. */
  readonly gap?: boolean;
  /** Whether the edge served it. */
  readonly served: boolean;
}

/** A track as one manifest lists it. */
export interface ListedTrack {
  readonly kind: 'video' | 'audio';
  readonly id: string;
  readonly segments: readonly ListedSegment[];
}

/** One frame at 20 pictures a second, two frames of sound. */
const slackMs = 50;

/** What is wrong with a track of an HLS recording, in words. */
export function hlsFaults({ id, segments }: ListedTrack): string[] {
  const uneven = segments.slice(0, -1).filter(({ durationMs }) => Math.abs(durationMs - segmentMs) > slackMs);
  const gaps = segments.filter(({ gap }) => gap === true).length;
  return [
    ...missing('HLS', id, segments),
    ...(gaps > 0 ? [`HLS ${id}: ${gaps} EXT-X-GAP (right: none)`] : []),
    ...uneven
      .slice(0, 1)
      .map(({ durationMs }) => `HLS ${id}: EXTINF ${durationMs / 1000} (right: 2, within ${slackMs} ms)`),
    ...jumps(id, segments),
  ];
}

/** Segment names contain the grid number: `12.m4s`. */
function jumps(id: string, segments: readonly ListedSegment[]): string[] {
  const numbers = segments.map(({ uri }) => Number(/(\d+)\.[a-z0-9]+$/.exec(uri)?.[1]));
  const at = numbers.findIndex((number, index) => index > 0 && number !== numbers[index - 1]! + 1);
  return at < 0 ? [] : [`HLS ${id}: segment ${numbers[at]} follows ${numbers[at - 1]}`];
}

/** What is wrong with a track of an MPD, in words. `longestMs`: `maxSegmentDuration`. */
export function dashFaults(
  { id, segments }: ListedTrack,
  { longestMs }: { readonly longestMs?: number },
): string[] {
  const faults = missing('DASH', id, segments);
  const placed = segments.map(({ atMs = 0, durationMs: forMs }) => ({ atMs, endMs: atMs + forMs, forMs }));
  for (const [index, { atMs }] of placed.entries()) {
    const before = placed[index - 1];
    if (before && Math.abs(atMs - before.endMs) > slackMs)
      faults.push(
        `DASH ${id}: ${((atMs - before.endMs) / 1000).toFixed(2)} s between segments at ${(before.endMs / 1000).toFixed(2)} s (right: 0)`,
      );
  }
  const most = Math.max(0, ...placed.map(({ forMs }) => forMs));
  if (longestMs !== undefined && most > longestMs + slackMs)
    faults.push(`DASH ${id}: a segment of ${most / 1000} s (maxSegmentDuration: ${longestMs / 1000} s)`);
  return faults;
}

/**
 * Which kinds of an MPD's tracks end before the presentation does, in words; where a size changed, another track goes on.
 * `durationMs`: `mediaPresentationDuration`.
 */
export function earlyEnds(
  tracks: readonly ListedTrack[],
  { durationMs }: { readonly durationMs?: number },
): string[] {
  if (durationMs === undefined) return [];
  return [...new Set(tracks.map(({ kind }) => kind))].flatMap((kind) => {
    const last = tracks.flatMap((track) => (track.kind === kind ? (track.segments.at(-1) ?? []) : []));
    const endMs = Math.max(...last.map((segment) => (segment.atMs ?? 0) + segment.durationMs));
    return Math.abs(endMs - durationMs) > segmentMs / 2
      ? [`DASH ${kind}: ends at ${endMs / 1000} s of ${durationMs / 1000} s`]
      : [];
  });
}

function missing(format: string, id: string, segments: readonly ListedSegment[]): string[] {
  const absent = segments.filter(({ served, gap }) => !served && gap !== true);
  if (segments.length === 0) return [`${format} ${id}: no segment`];
  return absent.length === 0
    ? []
    : [
        `${format} ${id}: ${absent.length} of ${segments.length} segments missing (right: 0), first ${absent[0]?.uri}`,
      ];
}
