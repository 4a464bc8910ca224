import { segmentMs } from '../../lib/packaging/segment-grid.ts';

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

/** What is wrong with a track of an MPD, in words. `durationMs`: `mediaPresentationDuration`; `longestMs`: `maxSegmentDuration`. */
export function dashFaults(
  { id, segments }: ListedTrack,
  { durationMs, longestMs }: { readonly durationMs?: number; readonly longestMs?: number },
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
  const endMs = placed.at(-1)?.endMs ?? 0;
  if (durationMs !== undefined && Math.abs(endMs - durationMs) > segmentMs / 2)
    faults.push(`DASH ${id}: ends at ${endMs / 1000} s of ${durationMs / 1000} s`);
  const most = Math.max(0, ...placed.map(({ forMs }) => forMs));
  if (longestMs !== undefined && most > longestMs + slackMs)
    faults.push(`DASH ${id}: a segment of ${most / 1000} s (maxSegmentDuration: ${longestMs / 1000} s)`);
  return faults;
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
