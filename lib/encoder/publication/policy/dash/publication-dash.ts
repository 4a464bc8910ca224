import { segmentName } from '../../../../object-store/object-names.ts';
import type { DashAudio, DashModel, DashPeriod, DashVideo } from '../../../../packaging/dash/model.ts';
import { segmentMs, segmentStartMs } from '../../../../packaging/segment-grid.ts';
import type { TrackHeader } from '../../../policy/track-header.ts';
import type { PublicationState, PublishedPeriod } from '../publication-model.ts';
import type { Rendition } from '../rendition.ts';
import type { SegmentFacts } from '../segment-facts.ts';

/**
 * How far behind the live edge players stay: two segments plus the time that a segment takes to arrive. GStreamer's dashdemux2
 * ignores `minBufferTime` and buffers 30 s (1.22; later 10 s) first, so its start takes as much longer; only a delay of that
 * length would help it, at the cost of every other player's latency.
 */
const presentationDelayMs = 2 * segmentMs + 1000;

/** The MPD: everything in the window while live, everything in a recording. `base` is the path to the broadcast's folder. */
export function dashModel(state: PublicationState, base: string, nowMs: number): DashModel {
  const { options, periods, ended } = state;
  const lastNumber = periods.at(-1)?.toNumber ?? 0;
  const first = ended ? 0 : lastNumber - options.windowSegments;
  const shown = periods.filter(({ toNumber }) => toNumber >= first);
  const endMs = recordingEndMs(state);
  return {
    type: ended ? 'static' : 'dynamic',
    availabilityStartTimeMs: state.availabilityStartMs,
    publishTimeMs: nowMs,
    minimumUpdatePeriodMs: segmentMs,
    timeShiftBufferDepthMs: options.windowSegments * segmentMs,
    suggestedPresentationDelayMs: presentationDelayMs,
    minBufferTimeMs: segmentMs,
    maxSegmentDurationMs: segmentMs,
    ...(ended ? { mediaPresentationDurationMs: endMs } : {}),
    utcTimingUrl: options.utcTimingUrl,
    ...(base === '' ? {} : { baseUrl: base }),
    periods: shown.map((period) => dashPeriod(state, period, Math.max(first, period.fromNumber), endMs)),
  };
}

/** What every MPD says of a period: players of both latencies go by the same numbers. */
export function periodFacts(
  state: PublicationState,
  period: PublishedPeriod,
): Pick<DashPeriod, 'id' | 'startMs' | 'continues' | 'mediaStartMs' | 'segmentDurationMs'> & {
  /** Of all its media. */
  readonly names: { readonly initialization: string; readonly media: string };
  /** Until the gap that follows it, if one does. */
  readonly durationMs?: number;
} {
  const { periods } = state;
  const at = periods.indexOf(period);
  const next = periods[at + 1];
  const startMs = segmentStartMs(period.fromNumber);
  const gapFollows = next !== undefined && next.fromNumber > period.toNumber + 1;
  return {
    id: `p${period.fromNumber}`,
    startMs,
    ...(gapFollows ? { durationMs: segmentStartMs(period.toNumber + 1) - startMs } : {}),
    ...(period.continues && at > 0 ? { continues: `p${periods[at - 1]!.fromNumber}` } : {}),
    mediaStartMs: startMs,
    segmentDurationMs: segmentMs,
    names: {
      initialization: `$RepresentationID$/${period.initName}`,
      media: `$RepresentationID$/${segmentName(0).replace('0', '$Number$')}`,
    },
  };
}

/** The period, starting at segment `first`. */
function dashPeriod(
  state: PublicationState,
  period: PublishedPeriod,
  first: number,
  endMs: number,
): DashPeriod {
  const { periods, ended, options } = state;
  const { names, ...facts } = periodFacts(state, period);
  const isLast = periods.at(-1) === period;
  const video = dashSet(state, period, 'video', first);
  const audio = dashSet(state, period, 'audio', first);
  return {
    ...facts,
    ...(ended && isLast ? { durationMs: endMs - facts.startMs } : {}),
    startNumber: first,
    ...(video && {
      video: { ...names, ...video, ...captionsOf(state), representations: video.headers.flatMap(videoOf) },
    }),
    ...(audio && { audio: { ...names, ...audio, representations: audio.headers.flatMap(audioOf) } }),
    producerReference: { wallClockMs: options.startedAtMs + facts.startMs, mediaTimeMs: facts.startMs },
  };
}

/** `bandwidthBps`: as configured while live, in a recording the peak that was measured. */
export type NamedHeader = TrackHeader & { readonly id: string; readonly bandwidthBps: number };

/** What a period's renditions of one kind share: the segments that all of them have, and none that are still to come. */
function dashSet(state: PublicationState, period: PublishedPeriod, kind: TrackHeader['kind'], first: number) {
  const renditions = state.renditions.filter(({ id }) => period.headers.get(id)?.kind === kind);
  const headers = renditions.map((rendition) => namedHeader(state, period, rendition));
  const [lead] = renditions;
  if (lead === undefined || headers[0] === undefined) return undefined;
  const timeline: SegmentFacts[] = [];
  for (let number = first; number <= period.toNumber; number++) {
    const facts = lead.segments.get(number);
    if (!facts || !renditions.every(({ segments }) => segments.has(number))) break;
    timeline.push(facts);
  }
  if (timeline.length === 0) return undefined;
  return { timescale: headers[0].timescale, timeline, headers };
}

export function namedHeader(
  state: PublicationState,
  period: PublishedPeriod,
  rendition: Rendition,
): NamedHeader {
  const header = period.headers.get(rendition.id)!;
  const bandwidthBps = (state.ended && rendition.rates?.peakBps) || header.bitrateBps;
  return { ...header, id: rendition.id, bandwidthBps };
}

/** Every period has them: a player that joined before the first one must learn of it from those that it knows. */
export const captionsOf = ({ captions }: PublicationState) => (captions ? { captions } : {});

export function videoOf(header: NamedHeader): DashVideo[] {
  if (header.kind !== 'video') return [];
  const { id, codecs, bandwidthBps, width, height, frameRate } = header;
  return [{ id, codecs, bandwidthBps, width, height, frameRate }];
}

export function audioOf(header: NamedHeader): DashAudio[] {
  if (header.kind !== 'audio') return [];
  const { id, codecs, bandwidthBps, sampleRate, channels } = header;
  return [{ id, codecs, bandwidthBps, sampleRate, channels }];
}

/**
 * Where the recording ends: with the last number that every rendition has, so that players never request a missing segment.
 */
function recordingEndMs(state: PublicationState): number {
  const period = state.periods.at(-1);
  if (!period) return 0;
  const number = lastCommonNumber(state, period);
  const ends = state.renditions.map(({ header, segments }) => {
    const facts = segments.get(number);
    return facts ? ((facts.startTicks + facts.durationTicks) * 1000) / header.timescale : 0;
  });
  return Math.min(Math.ceil(Math.max(...ends)), segmentStartMs(number + 1));
}

function lastCommonNumber(state: PublicationState, period: PublishedPeriod): number {
  const made = state.renditions.filter(({ id }) => period.headers.has(id));
  for (let number = period.toNumber; number > period.fromNumber; number--) {
    if (made.every(({ segments }) => segments.has(number))) return number;
  }
  return period.fromNumber;
}
