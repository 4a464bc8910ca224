import type { AudienceSeries, StreamAudience } from '../../control-store/audience.ts';
import type { BroadcastId } from '../../routing/ids.ts';
import { addStartups } from './startup-times.ts';
import type { AudienceTake } from './tally.ts';

/** How often takes are recorded, and the first step of the series, in ms. */
export const recordEveryMs = 10_000;
/** What wasn't written for so long has no viewers: who wrote it has stopped, or nobody was left. */
const staleMs = 4 * recordEveryMs;
/** Steps of a series; when it is full, two become one. */
const mostSteps = 240;

/**
 * What is known of a stream's audience after this take. Undefined if it is of an older broadcast: a recording's viewers don't count for
 * what came after.
 */
export function afterTake(
  before: StreamAudience | undefined,
  take: AudienceTake & { readonly broadcastId: BroadcastId },
  atMs: number,
): StreamAudience | undefined {
  const { broadcastId, viewers } = take;
  if (before && before.broadcastId > broadcastId) return undefined;
  const same = before?.broadcastId === broadcastId ? before : undefined;
  const peak = Math.max(take.peak, viewers);
  return {
    broadcastId,
    atMs,
    viewers,
    peak: Math.max(same?.peak ?? 0, peak),
    plays: (same?.plays ?? 0) + take.plays,
    // Clocks have fractions of a millisecond, which nobody needs to keep.
    watchMs: (same?.watchMs ?? 0) + Math.round(take.watchMs),
    toldMs: (same?.toldMs ?? 0) + Math.round(take.toldMs),
    stalledMs: (same?.stalledMs ?? 0) + Math.round(take.stalledMs),
    startups:
      take.startups.length === 0 ? (same?.startups ?? []) : addStartups(same?.startups ?? [], take.startups),
    series: withStep(same?.series ?? emptySeries(atMs), atMs, peak),
  };
}

/** Whether `viewers` of the record still holds. */
export const isCurrent = ({ atMs }: StreamAudience, nowMs: number): boolean => nowMs - atMs < staleMs;

function emptySeries(atMs: number): AudienceSeries {
  return { startMs: Math.floor(atMs / recordEveryMs) * recordEveryMs, stepMs: recordEveryMs, viewers: [] };
}

/** Steps that nobody wrote had no viewers. */
function withStep(series: AudienceSeries, atMs: number, viewers: number): AudienceSeries {
  let { startMs, stepMs, viewers: all } = series;
  while ((atMs - startMs) / stepMs >= mostSteps) {
    all = halved(all, (startMs / stepMs) % 2 === 1);
    stepMs *= 2;
    startMs = Math.floor(startMs / stepMs) * stepMs;
  }
  const index = Math.max(0, Math.floor((atMs - startMs) / stepMs));
  const next = Array.from({ length: Math.max(all.length, index + 1) }, (_, step) => all[step] ?? 0);
  next[index] = Math.max(next[index]!, viewers);
  return { startMs, stepMs, viewers: next };
}

/** Each two steps as one; `isOdd`: the first is the second half of one. */
function halved(viewers: readonly number[], isOdd: boolean): number[] {
  const aligned = isOdd ? [0, ...viewers] : viewers;
  return Array.from({ length: Math.ceil(aligned.length / 2) }, (_, step) =>
    Math.max(aligned[2 * step]!, aligned[2 * step + 1] ?? 0),
  );
}
