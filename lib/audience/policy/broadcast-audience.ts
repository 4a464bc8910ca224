import type { BroadcastAudience, PastAudiences, StreamAudience } from '../../control-store/audience.ts';
import { startupPercentile } from './startup-times.ts';

/** As many as the API lists at once; each takes some 150 bytes of one document. */
const mostPast = 200;

/** What stays of an audience: peak, plays, watch time, start-up and rebuffering. */
export function broadcastAudience(audience: StreamAudience): BroadcastAudience {
  const { broadcastId, peak, plays, watchMs, toldMs, stalledMs, startups } = audience;
  const p50 = startupPercentile(startups, 0.5);
  const p95 = startupPercentile(startups, 0.95);
  return {
    broadcastId,
    peak,
    plays,
    watchMs,
    ...(p50 !== undefined && p95 !== undefined && { startupMs: { p50, p95 } }),
    ...(toldMs > 0 && { rebufferRatio: Math.round(Math.min(1, stalledMs / toldMs) * 10_000) / 10_000 }),
  };
}

/** Those of earlier broadcasts with this one among them. The same one again replaces it. */
export function withPast(before: PastAudiences | undefined, one: BroadcastAudience): PastAudiences {
  const others = (before?.broadcasts ?? []).filter(({ broadcastId }) => broadcastId !== one.broadcastId);
  const newestFirst = [...others, one].sort((a, b) => (a.broadcastId < b.broadcastId ? 1 : -1));
  return { broadcasts: newestFirst.slice(0, mostPast) };
}
