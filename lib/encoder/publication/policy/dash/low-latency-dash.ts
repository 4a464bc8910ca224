import type { DashLatency, DashModel, DashPeriod } from '../../../../packaging/dash/model.ts';
import { segmentMs } from '../../../../packaging/segment-grid.ts';
import { type LiveTail, withOpenSegment } from '../live/live-tail.ts';
import { partHoldBackMs } from '../live/part-target.ts';
import type { PublicationState, PublishedPeriod } from '../publication-model.ts';
import { audioOf, captionsOf, namedHeader, periodFacts, videoOf } from './publication-dash.ts';

/**
 * How far behind players stay that get this MPD from the object store, where it is written every 10 s: until the next one arrives and is
 * read, they must not run out of segments that they know of.
 */
export const fallbackDelayMs = 16_000;
/** Players may leave the target by this much before they jump. */
const mostLatencyMs = 6000;
/** Hardly anybody hears it. */
const playbackRates = { minPlaybackRate: 0.95, maxPlaybackRate: 1.08 };
/** In ms (docs/decisions/0038-quarter-second-parts.md). */
const leastTargetMs = 1350;
/** Of these a player has one less in its buffer, at worst. */
const targetParts = 3;

/**
 * The live MPD of a broadcast in low latency. Players find segments by number and clock, since a list would always be older than the
 * segment that is growing: no number of the grid is ever missing. They request a segment when its first part is there, and its parts
 * come in the one response (DASH-IF "Low-latency Modes for DASH").
 */
export function lowLatencyDashModel(
  state: PublicationState,
  tail: LiveTail,
  base: string,
  nowMs: number,
): DashModel {
  const shown = withOpenSegment(state, tail);
  const latency = dashLatency(shown, tail.partMs);
  return {
    ...numberedModel(shown, base, nowMs, segmentMs - tail.partMs),
    suggestedPresentationDelayMs: latency.targetMs,
    minBufferTimeMs: tail.partMs,
    latency,
  };
}

/**
 * The live MPD for the object store, in case its worker is gone: the same presentation, so that players can go on with it, but with whole
 * segments and far enough behind.
 */
export function fallbackDashModel(state: PublicationState, base: string, nowMs: number): DashModel {
  return {
    ...numberedModel(state, base, nowMs, undefined),
    suggestedPresentationDelayMs: fallbackDelayMs,
    minBufferTimeMs: segmentMs,
  };
}

function dashLatency(state: PublicationState, partMs: number): DashLatency {
  const minMs = partHoldBackMs(state, partMs);
  const targetMs = Math.max(leastTargetMs, targetParts * partMs, minMs);
  return { targetMs, minMs, maxMs: mostLatencyMs, ...playbackRates };
}

type NumberedModel = Omit<DashModel, 'suggestedPresentationDelayMs' | 'minBufferTimeMs'>;

function numberedModel(
  state: PublicationState,
  base: string,
  nowMs: number,
  availabilityTimeOffsetMs: number | undefined,
): NumberedModel {
  const { options, periods } = state;
  const first = (periods.at(-1)?.toNumber ?? 0) - options.windowSegments;
  return {
    type: 'dynamic',
    availabilityStartTimeMs: state.availabilityStartMs,
    publishTimeMs: nowMs,
    minimumUpdatePeriodMs: segmentMs,
    timeShiftBufferDepthMs: options.windowSegments * segmentMs,
    maxSegmentDurationMs: segmentMs,
    utcTimingUrl: options.utcTimingUrl,
    ...(base === '' ? {} : { baseUrl: base }),
    periods: periods
      .filter(({ toNumber }) => toNumber >= first)
      .map((period) => numberedPeriod(state, period, availabilityTimeOffsetMs)),
  };
}

function numberedPeriod(
  state: PublicationState,
  period: PublishedPeriod,
  availabilityTimeOffsetMs: number | undefined,
): DashPeriod {
  const { names, ...facts } = periodFacts(state, period);
  const made = state.renditions.filter(({ id }) => period.headers.has(id));
  const headers = made.map((rendition) => namedHeader(state, period, rendition));
  const video = headers.filter(({ kind }) => kind === 'video');
  const audio = headers.filter(({ kind }) => kind === 'audio');
  const isLast = state.periods.at(-1) === period;
  return {
    ...facts,
    // Players count from the period's start, whatever has left the window.
    startNumber: period.fromNumber,
    ...(isLast ? {} : { endNumber: period.toNumber }),
    ...(availabilityTimeOffsetMs === undefined ? {} : { availabilityTimeOffsetMs }),
    ...(video[0] && {
      video: {
        ...names,
        ...captionsOf(state),
        timescale: video[0].timescale,
        representations: video.flatMap(videoOf),
      },
    }),
    ...(audio[0] && {
      audio: { ...names, timescale: audio[0].timescale, representations: audio.flatMap(audioOf) },
    }),
    producerReference: {
      wallClockMs: state.options.startedAtMs + facts.startMs,
      mediaTimeMs: facts.startMs,
      inband: true,
    },
  };
}
