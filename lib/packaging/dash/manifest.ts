import { adaptationSets, producerReferenceId, utcTiming } from './adaptation-set.ts';
import { DashModelError } from './errors.ts';
import type { DashLatency, DashModel, DashPeriod } from './model.ts';
import { dateTime, duration } from './values.ts';
import { element, escapeXml } from './xml.ts';

const profiles = 'urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019';

/**
 * An MPD (ISO/IEC 23009-1) of the live and CMAF profiles, using `SegmentTemplate` with `$Number$`. Throws `DashModelError` if
 * the model has no period, a period has no media, or periods overlap.
 */
export function dashManifest(model: DashModel): string {
  checkPeriods(model.periods);
  const dynamic = model.type === 'dynamic' ? model : undefined;
  const latency = dynamic?.latency;
  const mpd = element(
    'MPD',
    {
      xmlns: 'urn:mpeg:dash:schema:mpd:2011',
      profiles,
      type: model.type,
      availabilityStartTime: dynamic && dateTime(dynamic.availabilityStartTimeMs),
      publishTime: dynamic && dateTime(dynamic.publishTimeMs),
      minimumUpdatePeriod: dynamic && duration(dynamic.minimumUpdatePeriodMs),
      timeShiftBufferDepth: optionalDuration(dynamic?.timeShiftBufferDepthMs),
      suggestedPresentationDelay: optionalDuration(dynamic?.suggestedPresentationDelayMs),
      mediaPresentationDuration: dynamic ? undefined : optionalDuration(presentationDurationMs(model)),
      minBufferTime: duration(model.minBufferTimeMs),
      maxSegmentDuration: duration(model.maxSegmentDurationMs),
    },
    [
      ...(model.baseUrl === undefined ? [] : [element('BaseURL', {}, [escapeXml(model.baseUrl)])]),
      ...(latency === undefined ? [] : [serviceDescription(latency, model.periods)]),
      ...model.periods.map((period, index) =>
        periodElement(period, periodDurationMs(model, index), dynamic?.utcTimingUrl),
      ),
      ...(dynamic?.utcTimingUrl === undefined ? [] : [utcTiming(dynamic.utcTimingUrl)]),
    ],
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${mpd}\n`;
}

function checkPeriods(periods: readonly DashPeriod[]): void {
  if (periods.length === 0) throw new DashModelError('A presentation needs at least one period');
  let endMs = 0;
  for (const period of periods) {
    if (period.video === undefined && period.audio === undefined) {
      throw new DashModelError(`Period ${period.id} has no media`);
    }
    if (period.startMs < endMs)
      throw new DashModelError(`Period ${period.id} starts before the previous one ends`);
    endMs = period.startMs + (period.durationMs ?? 0);
  }
}

/** A static presentation must have a duration; it may come from the last period. */
function presentationDurationMs(model: DashModel): number {
  const last = model.periods.at(-1)!;
  const known = last.durationMs === undefined ? undefined : last.startMs + last.durationMs;
  const durationMs = model.mediaPresentationDurationMs ?? known;
  if (durationMs === undefined) throw new DashModelError('A static presentation needs a duration');
  return durationMs;
}

/** `referenceId` refers to the `ProducerReferenceTime` that latency is measured from, if there is one. */
function serviceDescription(latency: DashLatency, periods: readonly DashPeriod[]): string {
  const { targetMs, minMs, maxMs, minPlaybackRate, maxPlaybackRate } = latency;
  const hasReference = periods.some(({ producerReference }) => producerReference !== undefined);
  const hasRate = minPlaybackRate !== undefined || maxPlaybackRate !== undefined;
  return element('ServiceDescription', { id: 0 }, [
    element('Latency', {
      referenceId: hasReference ? producerReferenceId : undefined,
      target: targetMs,
      max: maxMs,
      min: minMs,
    }),
    ...(hasRate ? [element('PlaybackRate', { max: maxPlaybackRate, min: minPlaybackRate })] : []),
  ]);
}

/**
 * Writes every known duration: readers could derive it from the next period's start, but not all do. Only the last period of
 * a live broadcast is open-ended.
 */
function periodDurationMs(model: DashModel, index: number): number | undefined {
  const period = model.periods[index]!;
  if (period.durationMs !== undefined) return period.durationMs;
  const next = model.periods[index + 1];
  if (next !== undefined) return next.startMs - period.startMs;
  return model.type === 'static' ? presentationDurationMs(model) - period.startMs : undefined;
}

function periodElement(
  period: DashPeriod,
  durationMs: number | undefined,
  utcTimingUrl: string | undefined,
): string {
  return element(
    'Period',
    { id: period.id, start: duration(period.startMs), duration: optionalDuration(durationMs) },
    adaptationSets(period, utcTimingUrl),
  );
}

const optionalDuration = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : duration(ms);
