import { serviceOf } from '../codec/avc-captions.ts';
import type {
  DashAudio,
  DashAudioSet,
  DashPeriod,
  DashTimelineEntry,
  DashVideo,
  DashVideoSet,
} from './model.ts';
import { dateTime, frameRate, ticks } from './values.ts';
import { element } from './xml.ts';

/** Period continuity requires adaptation sets with equal ids (ISO/IEC 23009-1 5.3.2.4). */
const videoSetId = 1;
const audioSetId = 2;
export const producerReferenceId = 0;

/** The adaptation sets of a period: video, if any, then audio. */
export function adaptationSets(period: DashPeriod, utcTimingUrl: string | undefined): string[] {
  const { video, audio } = period;
  const sets: string[] = [];
  if (video !== undefined) sets.push(videoSet(video, period, utcTimingUrl));
  if (audio !== undefined) sets.push(audioSet(audio, period, utcTimingUrl));
  return sets;
}

function videoSet(set: DashVideoSet, period: DashPeriod, utcTimingUrl: string | undefined): string {
  const { representations } = set;
  const largest = (of: (video: DashVideo) => number): number => Math.max(...representations.map(of));
  return element(
    'AdaptationSet',
    {
      id: videoSetId,
      contentType: 'video',
      mimeType: 'video/mp4',
      segmentAlignment: true,
      startWithSAP: 1,
      maxWidth: largest(({ width }) => width),
      maxHeight: largest(({ height }) => height),
      maxFrameRate: frameRate(largest((video) => video.frameRate)),
    },
    [...common(set, period, utcTimingUrl), ...representations.map(videoRepresentation)],
  );
}

/** Captions in the pictures, in a language that nothing tells: CEA-608 (SCTE 214-1, 7.1.2), CEA-708 (7.1.3). */
function captions({ captions: channels = [] }: DashVideoSet): string[] {
  const services = channels.flatMap((channel) => serviceOf(channel) ?? []);
  const old = channels.filter((channel) => serviceOf(channel) === undefined);
  return [
    ...accessibility(
      'urn:scte:dash:cc:cea-608:2015',
      old.map((channel) => `${channel}=und`),
    ),
    ...accessibility(
      'urn:scte:dash:cc:cea-708:2015',
      services.map((service) => `${service}=lang:und`),
    ),
  ];
}

const accessibility = (schemeIdUri: string, values: readonly string[]): string[] =>
  values.length === 0 ? [] : [element('Accessibility', { schemeIdUri, value: values.join(';') })];

function videoRepresentation(video: DashVideo): string {
  const sar = video.sampleAspectRatio ?? { width: 1, height: 1 };
  return element('Representation', {
    id: video.id,
    codecs: video.codecs,
    bandwidth: Math.ceil(video.bandwidthBps),
    width: video.width,
    height: video.height,
    frameRate: frameRate(video.frameRate),
    sar: `${sar.width}:${sar.height}`,
  });
}

function audioSet(set: DashAudioSet, period: DashPeriod, utcTimingUrl: string | undefined): string {
  return element(
    'AdaptationSet',
    {
      id: audioSetId,
      contentType: 'audio',
      mimeType: 'audio/mp4',
      lang: set.language,
      segmentAlignment: true,
      startWithSAP: 1,
    },
    [...common(set, period, utcTimingUrl), ...set.representations.map(audioRepresentation)],
  );
}

function audioRepresentation(audio: DashAudio): string {
  const channels = element('AudioChannelConfiguration', {
    schemeIdUri: 'urn:mpeg:dash:23003:3:audio_channel_configuration:2011',
    value: audio.channels,
  });
  return element(
    'Representation',
    {
      id: audio.id,
      codecs: audio.codecs,
      bandwidth: Math.ceil(audio.bandwidthBps),
      audioSamplingRate: audio.sampleRate,
    },
    [channels],
  );
}

/** Children of any adaptation set, in the schema's order: properties, reference time, accessibility, role, template. */
function common(
  set: DashVideoSet | DashAudioSet,
  period: DashPeriod,
  utcTimingUrl: string | undefined,
): string[] {
  const children: string[] = [];
  if (period.continues !== undefined) {
    const schemeIdUri = 'urn:mpeg:dash:period-continuity:2015';
    children.push(element('SupplementalProperty', { schemeIdUri, value: period.continues }));
  }
  children.push(...producerReferenceTime(set, period, utcTimingUrl));
  if ('captions' in set) children.push(...captions(set));
  children.push(element('Role', { schemeIdUri: 'urn:mpeg:dash:role:2011', value: 'main' }));
  children.push(segmentTemplate(set, period));
  return children;
}

function segmentTemplate(set: DashVideoSet | DashAudioSet, period: DashPeriod): string {
  const { timescale, initialization, media, timeline } = set;
  const earlyMs = timeline ? undefined : period.availabilityTimeOffsetMs;
  return element(
    'SegmentTemplate',
    {
      timescale,
      presentationTimeOffset: ticks(period.mediaStartMs, timescale),
      duration: timeline ? undefined : ticks(period.segmentDurationMs, timescale),
      startNumber: period.startNumber,
      endNumber: timeline ? undefined : period.endNumber,
      availabilityTimeOffset: earlyMs === undefined ? undefined : earlyMs / 1000,
      availabilityTimeComplete: earlyMs === undefined ? undefined : false,
      initialization,
      media,
    },
    timeline ? [element('SegmentTimeline', {}, runs(timeline))] : [],
  );
}

/** `S` elements: consecutive equal durations are merged, and a start is written only if it is not the previous end. */
function runs(timeline: readonly DashTimelineEntry[]): string[] {
  const list: { startTicks?: number; durationTicks: number; count: number }[] = [];
  let endTicks = Number.NaN;
  for (const { startTicks, durationTicks } of timeline) {
    const last = list.at(-1);
    const follows = startTicks === endTicks;
    if (last && follows && last.durationTicks === durationTicks) last.count += 1;
    else list.push({ ...(follows ? {} : { startTicks }), durationTicks, count: 1 });
    endTicks = startTicks + durationTicks;
  }
  return list.map(({ startTicks, durationTicks, count }) =>
    element('S', { t: startTicks, d: durationTicks, r: count > 1 ? count - 1 : undefined }),
  );
}

function producerReferenceTime(
  set: DashVideoSet | DashAudioSet,
  period: DashPeriod,
  utcTimingUrl: string | undefined,
): string[] {
  if (period.producerReference === undefined) return [];
  const { wallClockMs, mediaTimeMs, inband } = period.producerReference;
  const attributes = {
    id: producerReferenceId,
    inband: inband ? true : undefined,
    type: 'encoder',
    wallClockTime: dateTime(wallClockMs),
    presentationTime: ticks(mediaTimeMs, set.timescale),
  };
  const clock = utcTimingUrl === undefined ? [] : [utcTiming(utcTimingUrl)];
  return [element('ProducerReferenceTime', attributes, clock)];
}

/** The clock for the MPD's wall clock times. */
export function utcTiming(url: string): string {
  return element('UTCTiming', { schemeIdUri: 'urn:mpeg:dash:utc:http-iso:2014', value: url });
}
