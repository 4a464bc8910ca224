import type { DashModel, DashPeriod } from '../../../lib/packaging/dash/model.ts';

export const startMs = Date.UTC(2026, 10, 22, 12, 0, 0, 250);
export const period = (more: Partial<DashPeriod> = {}): DashPeriod => ({
  id: 'p0',
  startMs: 0,
  mediaStartMs: 0,
  startNumber: 0,
  segmentDurationMs: 2000,
  video: {
    timescale: 90_000,
    initialization: '$RepresentationID$/init-1.mp4',
    media: '$RepresentationID$/$Number$.m4s',
    representations: [
      {
        id: '720p',
        codecs: 'avc1.64001F',
        bandwidthBps: 3_000_000.4,
        width: 1280,
        height: 720,
        frameRate: 30_000 / 1001,
      },
      { id: '360p', codecs: 'avc1.64001E', bandwidthBps: 800_000, width: 640, height: 360, frameRate: 15 },
    ],
  },
  audio: {
    timescale: 44_100,
    initialization: '$RepresentationID$/init-1.mp4',
    media: '$RepresentationID$/$Number$.m4s',
    language: 'en',
    representations: [
      { id: 'audio', codecs: 'mp4a.40.2', bandwidthBps: 128_000, sampleRate: 44_100, channels: 2 },
    ],
  },
  ...more,
});

export const model = (more: Partial<DashModel> = {}): DashModel => ({
  type: 'dynamic',
  availabilityStartTimeMs: startMs,
  publishTimeMs: startMs + 20_000,
  minimumUpdatePeriodMs: 2000,
  timeShiftBufferDepthMs: 30_000,
  suggestedPresentationDelayMs: 6000,
  minBufferTimeMs: 2000,
  maxSegmentDurationMs: 2000,
  utcTimingUrl: 'http://edge.example/time?a=1&b=2',
  latency: { targetMs: 6000, minMs: 2000, maxMs: 10_000, minPlaybackRate: 0.96, maxPlaybackRate: 1.04 },
  periods: [period()],
  ...more,
});

/** A reconnect after a gap, then a new rung layout that continues in time. */
export const threePeriods: DashPeriod[] = [
  period({ durationMs: 19_400, producerReference: { wallClockMs: startMs, mediaTimeMs: 0 } }),
  period({ id: 'p1', startMs: 26_000, mediaStartMs: 26_000, startNumber: 13 }),
  period({ id: 'p2', startMs: 40_000, mediaStartMs: 40_000, startNumber: 20, continues: 'p1' }),
];

/** Segments from `first` on, each in media ticks. */
export const timelineOf = (first: number, durationsTicks: readonly number[]) => {
  let startTicks = first;
  return durationsTicks.map((durationTicks) => {
    startTicks += durationTicks;
    return { startTicks: startTicks - durationTicks, durationTicks };
  });
};

/** The same gap, but every segment that there is, and no other, is named. */
function withTimeline(each: DashPeriod, segments: number): DashPeriod {
  const at = each.startNumber;
  const audioTicks = Array.from({ length: segments }, (_, index) => (index % 2 === 0 ? 88_064 : 89_088));
  return {
    ...each,
    video: { ...each.video!, timeline: timelineOf(at * 180_000, Array(segments).fill(180_000)) },
    audio: { ...each.audio!, timeline: timelineOf(at * 88_200, audioTicks) },
  };
}
export const namedPeriods = [
  withTimeline(period({ durationMs: 6000 }), 3),
  withTimeline(threePeriods[1]!, 4),
];
