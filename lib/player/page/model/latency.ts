/**
 * Latency is "how long ago did what I see now reach the platform". It is computed from two clocks that the platform
 * itself gives, so that a wrong clock on the viewer's machine does not show:
 *
 * - The wall-clock time of the frame on screen. HLS: `EXT-X-PROGRAM-DATE-TIME` + offset, the time at which the frame arrived
 *   from the broadcaster. DASH: the same from `ProducerReferenceTime` where the manifest has it, else
 *   `availabilityStartTime` + media time, which is later by what encoding and publishing take (1 to 2 s), so that much is
 *   missing from the figure then. The player library answers all of them as "playhead as date".
 * - Now, on the clock of the same platform: our local clock plus the offset measured by the manifest's own `UTCTiming`.
 *
 * What lies before the platform (camera, the broadcaster's encoder and uplink) is not in it.
 */
export function latencyMs(at: {
  readonly localNowMs: number;
  /** Platform clock minus local clock. */
  readonly clockOffsetMs: number;
  /** Wall-clock time of the frame on screen. */
  readonly playheadMs: number;
}): number | undefined {
  const latency = at.localNowMs + at.clockOffsetMs - at.playheadMs;
  // A playhead ahead of now, or a day behind, is a manifest without a usable clock: better no figure than a wrong one.
  return latency >= -500 && latency < 86_400_000 ? Math.max(0, latency) : undefined;
}

/**
 * The platform clock minus the local clock from one `UTCTiming` exchange. The answer is taken to be from the middle of
 * the exchange, so it is off by at most half the round trip.
 */
export function clockOffsetMs(exchange: {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly serverTimeMs: number;
}): number {
  return exchange.serverTimeMs - (exchange.sentAtMs + exchange.receivedAtMs) / 2;
}

/** `3240` → `3.2 s`, `75000` → `1:15 min`; nothing known → a dash. */
export function formatLatency(ms: number | undefined): string {
  if (ms === undefined) return '–';
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 59_500) return `${Math.round(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`;
}

/** Within this of the live edge one counts as live; the edge itself moves in steps of a segment (2 s) plus a reload. */
const atLiveSeconds = 5;

/** Whether the playhead is at the live edge. All in seconds of presentation time. */
export function isAtLiveEdge(at: { readonly position: number; readonly liveEdge: number }): boolean {
  return at.liveEdge - at.position <= atLiveSeconds;
}
