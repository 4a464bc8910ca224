import { partNamePattern } from '../../../object-store/object-names.ts';
import { segmentMs } from '../../../packaging/segment-grid.ts';
import type { CacheKey } from '../cache-key.ts';

/**
 * Requests for what is made just now: the worker holds its answer until the media is there. That is their use, so they have limits of
 * their own for time, number and connections.
 */
export function mayBeHeld({ key, rule }: CacheKey): boolean {
  if (rule.kind === 'segment') return true;
  return rule.kind === 'media-playlist' && key.indexOf('?_HLS_msn=') !== -1;
}

export const isPartPath = (path: string): boolean =>
  partNamePattern.test(path.slice(path.lastIndexOf('/') + 1));

/** How long each tier waits for the head of a response, in ms. Each tier is more patient than the one behind it. */
export const heldTiming = {
  /** The worker holds an answer for this long, then says 503: "three times the Target Duration" (rfc8216bis 6.2.5.2). */
  workerMs: 3 * segmentMs,
  /** The live origin waits for a worker; what it holds across a takeover included. */
  liveOriginMs: 8_500,
  /** How long a takeover may take before the live origin says 503. */
  takeoverMs: 5_000,
  /** The shield waits for the live origin. Edges wait as long as they wait for anything, 10 s. */
  shieldMs: 9_500,
} as const;
