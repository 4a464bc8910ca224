import { playerBufferMs } from '../../packaging/segment-grid.ts';

/** When a viewer got a segment: all times in ms of one clock. */
export interface Arrival {
  /** Media time at which it begins. */
  readonly mediaStartMs: number;
  readonly mediaEndMs: number;
  readonly arrivedAtMs: number;
}

/** The result of playback. */
export interface Playback {
  readonly startedAtMs: number;
  /** Total time with nothing to show. */
  readonly stalledMs: number;
  readonly stalls: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** Missing media that was skipped. */
  readonly skippedMs: number;
  /** How much was buffered at each arrival; it shrinks in real time in between. */
  readonly buffer: readonly { readonly atMs: number; readonly aheadMs: number }[];
  /** The least that was buffered when a segment arrived. */
  readonly leastAheadMs: number;
}

/**
 * Simulates a player that starts `bufferMs` behind the live edge: plays in real time, and waits if the next segment hasn't
 * arrived. Starts as soon as that much is buffered; undefined if that never happened.
 */
export function simulatePlayer(
  arrivals: readonly Arrival[],
  bufferMs = playerBufferMs,
): Playback | undefined {
  const inOrder = arrivals.toSorted((a, b) => a.mediaStartMs - b.mediaStartMs);
  const first = inOrder[0];
  if (!first) return undefined;
  const enough = inOrder.find(({ mediaEndMs }) => mediaEndMs - first.mediaStartMs >= bufferMs);
  if (!enough) return undefined;
  const upTo = inOrder.filter(({ mediaStartMs }) => mediaStartMs <= enough.mediaStartMs);
  const startedAtMs = Math.max(...upTo.map(({ arrivedAtMs }) => arrivedAtMs));
  const known = inOrder.filter(({ arrivedAtMs }) => arrivedAtMs <= startedAtMs);
  const startMediaMs = Math.max(first.mediaStartMs, (known.at(-1)?.mediaEndMs ?? 0) - bufferMs);
  // The playhead shows media m at the wall time m + offset; each stall and each skip moves it.
  let offsetMs = startedAtMs - startMediaMs;
  let playedToMs = startMediaMs;
  let [stalledMs, skippedMs, leastAheadMs] = [0, 0, bufferMs];
  const stalls: { fromMs: number; toMs: number }[] = [];
  const buffer: { atMs: number; aheadMs: number }[] = [];
  for (const { mediaStartMs, mediaEndMs, arrivedAtMs } of inOrder) {
    if (mediaEndMs <= playedToMs) continue;
    if (mediaStartMs > playedToMs) {
      skippedMs += mediaStartMs - playedToMs;
      offsetMs -= mediaStartMs - playedToMs;
      playedToMs = mediaStartMs;
    }
    const neededAtMs = playedToMs + offsetMs;
    if (arrivedAtMs > neededAtMs) {
      stalls.push({ fromMs: neededAtMs, toMs: arrivedAtMs });
      stalledMs += arrivedAtMs - neededAtMs;
      offsetMs += arrivedAtMs - neededAtMs;
    }
    if (arrivedAtMs > startedAtMs) {
      const aheadMs = Math.max(0, neededAtMs - arrivedAtMs);
      leastAheadMs = Math.min(leastAheadMs, aheadMs);
      buffer.push({ atMs: arrivedAtMs, aheadMs });
    }
    if (arrivedAtMs >= startedAtMs) {
      buffer.push({ atMs: arrivedAtMs, aheadMs: mediaEndMs + offsetMs - arrivedAtMs });
    }
    playedToMs = mediaEndMs;
  }
  return { startedAtMs, stalledMs, stalls, skippedMs, buffer, leastAheadMs };
}
