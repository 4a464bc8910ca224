import type { HealthNow, HealthPast, HealthSample } from '../../../control-store/health/health-record.ts';
import { healthStepMs, samplesOf, storedSeries } from '../../../control-store/health/health-series.ts';
import type { ObservedStream } from '../present/present.ts';
import { iso, type Shown } from '../present/present-documents.ts';
import type { StreamHealth } from '../schemas/health-schemas.ts';

export interface ObservedHealth {
  /** The newest one. */
  readonly broadcast: ObservedStream['broadcast'];
  readonly now: HealthNow | undefined;
  readonly past: HealthPast | undefined;
}

/** A worker that died leaves its last verdict behind: it counts while the broadcast is on air with a broadcaster. */
export function presentHealth(
  { broadcast, now, past }: ObservedHealth,
  window: 'recent' | 'broadcast',
): Shown<typeof StreamHealth> {
  const id = broadcast?.record.id;
  const ofThis = now !== undefined && now.broadcastId === id ? now : undefined;
  const isSending = broadcast?.state === 'starting' || broadcast?.state === 'live';
  const pastOfThis = past !== undefined && past.broadcastId === id ? past : undefined;
  const series = storedSeries(ofThis, pastOfThis, window === 'recent' ? 'recent' : 'whole');
  const shown = series ? samplesOf(series).map(presentSample) : [];
  const verdict = ofThis && isSending ? ofThis.verdict : 'none';
  const current = ofThis && verdict !== 'none' ? samplesOf(ofThis.latest).at(-1) : undefined;
  return {
    verdict,
    ...(ofThis && verdict === ofThis.verdict && { since: iso(ofThis.sinceMs) }),
    reasons:
      ofThis && verdict !== 'none'
        ? ofThis.reasons.map(({ code, message, advice }) => ({ code, message, advice }))
        : [],
    ...(current && { current: presentSample(current) }),
    series: { stepMs: series?.stepMs ?? healthStepMs, samples: shown },
  };
}

function presentSample(sample: HealthSample) {
  const { atMs, videoBps, audioBps, frameRate, lostPictures, gapMs } = sample;
  const { keyFrameIntervalMs, avOffsetMs, encoderSpeed } = sample;
  return {
    at: iso(atMs),
    videoBps,
    audioBps,
    frameRate,
    ...(keyFrameIntervalMs !== undefined && { keyFrameIntervalMs }),
    lostPictures,
    ...(avOffsetMs !== undefined && { avOffsetMs }),
    ...(encoderSpeed !== undefined && { encoderSpeed }),
    gapMs,
  };
}
