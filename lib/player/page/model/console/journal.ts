import type { StreamEvent } from '../../api/types.ts';

/** What the console reads out of a stream's events. `events`: newest first. */

const arrivals = new Set(['stream.live', 'stream.resumed', 'publisher.rehomed']);
const refusalShownMs = 10 * 60_000;

/** The last refused publish, unless a broadcaster got through since or it is old news. */
export function lastRefusal(events: readonly StreamEvent[], nowMs: number): StreamEvent | undefined {
  const last = events.find(({ type }) => type === 'publish.refused' || arrivals.has(type));
  if (last?.type !== 'publish.refused') return undefined;
  return nowMs - Date.parse(last.at) < refusalShownMs ? last : undefined;
}

/** When this page saw that the encoder had left. */
export interface Sighting {
  readonly atMs: number;
  /** The page saw it happen; otherwise it had happened when the page was opened. */
  readonly isWitnessed: boolean;
}

/** More than the page needs to notice; beyond it the clocks differ. */
const clockSlackMs = 5_000;

/**
 * When the reconnect window is over, by this browser's clock: from the event, unless its clock is visibly another one. Without an
 * event (its worker died), from the sighting.
 */
export function windowEndsMs(events: readonly StreamEvent[], seen: Sighting, windowMs: number): number {
  const last = events.find(({ type }) => type === 'stream.reconnecting' || arrivals.has(type));
  const leftMs = last?.type === 'stream.reconnecting' ? Date.parse(last.at) : undefined;
  const isForeignClock =
    leftMs !== undefined && seen.isWitnessed && Math.abs(seen.atMs - leftMs) > clockSlackMs;
  return (leftMs === undefined || isForeignClock ? seen.atMs : leftMs) + windowMs;
}
