/**
 * Latency in ms: how long ago the frame on screen reached the platform. Both times come from the platform's clock, so a
 * wrong clock on the viewer's machine has no effect:
 *
 * - The wall-clock time of the frame on screen. HLS: `EXT-X-PROGRAM-DATE-TIME` + offset, which is when the frame arrived
 *   from the broadcaster. DASH: the same from `ProducerReferenceTime` if the manifest has it, otherwise
 *   `availabilityStartTime` + media time, which is later by the time for encoding and publishing (1 to 2 s), so the
 *   result is too low by that much. The player library reports all of them as "playhead as date".
 * - The current time on the platform's clock: the local clock plus the offset measured by the manifest's `UTCTiming`.
 *
 * Delay before the platform (camera, the broadcaster's encoder and uplink) is not included.
 */
export function latencyMs(at: {
  readonly localNowMs: number;
  /** Platform clock minus local clock. */
  readonly clockOffsetMs: number;
  /** Wall-clock time of the frame on screen. */
  readonly playheadMs: number;
}): number | undefined {
  const latency = at.localNowMs + at.clockOffsetMs - at.playheadMs;
  // A playhead ahead of now or a day behind means the manifest has no usable clock: better no value than a wrong one.
  return latency >= -500 && latency < 86_400_000 ? Math.max(0, latency) : undefined;
}

/**
 * The platform clock minus the local clock, from one `UTCTiming` exchange. Assumes the response was made halfway through
 * the exchange, so the error is at most half the round trip.
 */
export function clockOffsetMs(exchange: {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly serverTimeMs: number;
}): number {
  return exchange.serverTimeMs - (exchange.sentAtMs + exchange.receivedAtMs) / 2;
}

/** `3240` → `3.2 s`, `75000` → `1:15 min`. */
export function formatLatency(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 59_500) return `${Math.round(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`;
}

/** Within this of the live edge counts as live; the edge itself moves in steps of one segment (2 s) plus a reload. */
const atLiveSeconds = 5;

/** Whether the playhead is at the live edge. All in seconds of presentation time. */
export function isAtLiveEdge(at: { readonly position: number; readonly liveEdge: number }): boolean {
  return at.liveEdge - at.position <= atLiveSeconds;
}
