import { hlsPlaylistName, partName } from '../../../../object-store/object-names.ts';
import type {
  HlsLowLatency,
  HlsOpenSegment,
  HlsPart,
  HlsRenditionReport,
} from '../../../../packaging/hls/low-latency.ts';
import type { HlsSegment, MediaPlaylistModel } from '../../../../packaging/hls/media.ts';
import { segmentMs } from '../../../../packaging/segment-grid.ts';
import { type LiveTail, namedPartsMs, nextPart, type TailPart, withOpenSegment } from '../live/live-tail.ts';
import type { PlaylistPosition } from '../live/live-view.ts';
import { partHoldBackMs, partTargetOf } from '../live/part-target.ts';
import type { PublicationState } from '../publication-model.ts';
import type { Rendition } from '../rendition.ts';
import { candidatesFor, mediaPlaylistModel, wallClockMs } from './publication-hls.ts';

/** rfc8216bis 4.4.3.8: at least six target durations. */
const canSkipUntilMs = 6 * segmentMs;
/** Segments begin up to a frame off the grid. */
const toleranceMs = 50;

/**
 * A rendition's media playlist in low latency: the window's segments, the parts of the last ones and of the open one. `skip`: as a delta
 * update. A rendition that isn't made now (it was shed) refers to a neighbour's parts, as it does to its segments.
 */
export function lowLatencyPlaylistModel(
  state: PublicationState,
  tail: LiveTail,
  id: string,
  { skip }: { readonly skip: boolean },
): MediaPlaylistModel {
  const shown = withOpenSegment(state, tail);
  const whole = mediaPlaylistModel(shown, id, state.options.windowSegments);
  const candidates = candidatesFor(shown, id);
  const own = candidates[0];
  const source = sourceOf(shown, tail, id);
  const kind = own?.header.kind ?? 'video';
  const open = own && source && openSegment(shown, tail, own, source);
  const next = source && nextPart(shown, tail, source.id);
  const lowLatency: HlsLowLatency = {
    partTargetSeconds: partTargetOf(shown, kind, tail.partMs) / 1000,
    partHoldBackSeconds: partHoldBackMs(shown, tail.partMs) / 1000,
    canSkipUntilSeconds: canSkipUntilMs / 1000,
    ...(skip ? { delta: true } : {}),
    ...(open ? { open } : {}),
    ...(own && source && next
      ? {
          preloadHintUri:
            folderOf(source, own) + partName(next.number, next.index, state.options.epoch, next.run),
        }
      : {}),
    renditionReports: renditionReports(shown, tail, id),
  };
  return { ...whole, segments: withParts(shown, tail, candidates, whole, open), lowLatency };
}

/** Undefined before the first part. */
export function playlistPosition(
  state: PublicationState,
  tail: LiveTail,
  id: string,
): PlaylistPosition | undefined {
  const source = sourceOf(state, tail, id)?.id ?? id;
  const parts = tail.open && tail.parts.get(source)?.get(tail.open.number);
  if (tail.open && parts && parts.length > 0) return { msn: tail.open.number, part: parts.length - 1 };
  const first = state.periods[0]?.fromNumber ?? 0;
  const last = state.periods.at(-1)?.toNumber ?? -1;
  return last < first ? undefined : { msn: last };
}

/**
 * Whose parts a rendition's playlist names: its own if it is made now, even if its first part isn't there yet. Otherwise it would take
 * back for a moment what it named before.
 */
function sourceOf(state: PublicationState, tail: LiveTail, id: string): Rendition | undefined {
  const shown = withOpenSegment(state, tail);
  const made = shown.periods.at(-1)?.headers;
  return candidatesFor(shown, id).find((rendition) => made?.has(rendition.id));
}

function openSegment(
  state: PublicationState,
  tail: LiveTail,
  own: Rendition,
  source: Rendition,
): HlsOpenSegment | undefined {
  if (!tail.open) return undefined;
  const { number, period } = tail.open;
  const parts = tail.parts.get(source.id)?.get(number) ?? [];
  const [first] = parts;
  if (!first) return undefined;
  const timescale = (period.headers.get(source.id) ?? source.header).timescale;
  const begins = period.fromNumber === number && state.periods.length > 1;
  return {
    mapUri: folderOf(source, own) + period.initName,
    programDateTimeMs: wallClockMs(state, first.startTicks, timescale),
    ...(begins ? { discontinuity: true } : {}),
    parts: hlsParts(state, parts, timescale, folderOf(source, own)),
  };
}

/** The segments, the last ones with their parts: those that begin less than `namedPartsMs` before the end. */
function withParts(
  state: PublicationState,
  tail: LiveTail,
  candidates: readonly Rendition[],
  { segments, mediaSequence }: MediaPlaylistModel,
  open: HlsOpenSegment | undefined,
): readonly HlsSegment[] {
  const named = [...segments];
  let behindMs = (open?.parts ?? []).reduce((sum, part) => sum + part.durationSeconds * 1000, 0);
  for (let at = segments.length - 1; at >= 0; at--) {
    const segment = segments[at]!;
    behindMs += segment.durationSeconds * 1000;
    if (behindMs > namedPartsMs - toleranceMs) break;
    const number = mediaSequence + at;
    const source = candidates.find((rendition) => rendition.segments.has(number));
    const parts = source && tail.parts.get(source.id)?.get(number);
    if (!source || !parts) continue;
    const folder = folderOf(source, candidates[0]!);
    named[at] = { ...segment, parts: hlsParts(state, parts, source.header.timescale, folder) };
  }
  return named;
}

function hlsParts(
  { options }: PublicationState,
  parts: readonly TailPart[],
  timescale: number,
  folder: string,
): HlsPart[] {
  return parts.map(({ number, index, run, durationTicks, independent }) => ({
    uri: folder + partName(number, index, options.epoch, run),
    durationSeconds: durationTicks / timescale,
    independent,
  }));
}

/** Of every other playlist that the multivariant playlist names (rfc8216bis B.1: MUST). */
function renditionReports(state: PublicationState, tail: LiveTail, id: string): HlsRenditionReport[] {
  const made = state.periods.at(-1)?.headers;
  return state.renditions.flatMap((other): HlsRenditionReport[] => {
    if (other.id === id || !made?.has(other.id)) return [];
    const position = playlistPosition(state, tail, other.id);
    if (!position) return [];
    const partsOfLast = tail.parts.get(other.id)?.get(position.msn)?.length ?? 0;
    return [
      {
        uri: `../${other.id}/${hlsPlaylistName}`,
        lastMsn: position.msn,
        ...(partsOfLast > 0 ? { lastPart: partsOfLast - 1 } : {}),
      },
    ];
  });
}

const folderOf = (source: Rendition, own: Rendition): string => (source === own ? '' : `../${source.id}/`);
