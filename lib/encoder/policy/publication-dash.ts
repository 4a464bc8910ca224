import { segmentName } from '../../origin/policy/keys.ts';
import type { DashAudio, DashModel, DashPeriod, DashVideo } from '../../packaging/dash/model.ts';
import { segmentMs, segmentStartMs } from './grid.ts';
import type { PublicationState, PublishedPeriod } from './publication-model.ts';

/** How far behind the live edge players stay: two segments, and what a segment takes to arrive. */
const presentationDelayMs = 5000;

/** The MPD: of what is in the window while on air, of everything in a recording. `base` leads to the broadcast's folder. */
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
    periods: shown.map((period) => dashPeriod(state, period, endMs)),
  };
}

function dashPeriod(state: PublicationState, period: PublishedPeriod, endMs: number): DashPeriod {
  const { periods, ended } = state;
  const at = periods.indexOf(period);
  const next = periods[at + 1];
  const startMs = segmentStartMs(period.fromNumber);
  const gapFollows = next !== undefined && next.fromNumber > period.toNumber + 1;
  const durationMs = gapFollows
    ? segmentStartMs(period.toNumber + 1) - startMs
    : ended && next === undefined
      ? endMs - startMs
      : undefined;
  const video: DashVideo[] = [];
  const audio: DashAudio[] = [];
  let videoTimescale = 1;
  let audioTimescale = 1;
  for (const { id } of state.renditions) {
    const header = period.headers.get(id);
    if (!header) continue;
    const common = { id, codecs: header.codecs, bandwidthBps: header.bitrateBps };
    if (header.kind === 'video') {
      const { width, height, frameRate } = header;
      video.push({ ...common, width, height, frameRate });
      videoTimescale = header.timescale;
    } else {
      audio.push({ ...common, sampleRate: header.sampleRate, channels: header.channels });
      audioTimescale = header.timescale;
    }
  }
  const names = {
    initialization: `$RepresentationID$/${period.initName}`,
    media: `$RepresentationID$/${segmentName(0).replace('0', '$Number$')}`,
  };
  const lastCommon = lastCommonNumber(state, period);
  return {
    id: `p${period.fromNumber}`,
    startMs,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(period.continues ? { continues: `p${periods[at - 1]!.fromNumber}` } : {}),
    mediaStartMs: startMs,
    startNumber: period.fromNumber,
    ...(next !== undefined || ended ? { endNumber: ended && !next ? lastCommon : period.toNumber } : {}),
    segmentDurationMs: segmentMs,
    ...(video.length > 0 ? { video: { timescale: videoTimescale, ...names, representations: video } } : {}),
    ...(audio.length > 0 ? { audio: { timescale: audioTimescale, ...names, representations: audio } } : {}),
  };
}

/** Where the recording ends: with the last number that every rendition has, so that no player asks for what is not there. */
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
