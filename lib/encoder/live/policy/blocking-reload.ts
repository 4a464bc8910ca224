import type { LatencyMode } from '../../../control-store/records.ts';
import { segmentMs } from '../../../packaging/segment-grid.ts';
import type { PlaylistPosition } from '../../publication/policy/live/live-view.ts';
import type { Directives } from './live-request.ts';

export interface ReloadFacts {
  readonly position: PlaylistPosition;
  readonly latency: LatencyMode;
  readonly partMs: number;
  /** How many parts a segment that is whole has; undefined if unknown here. */
  partsOf(msn: number): number | undefined;
}

/** Of the playlist's last segment and the one asked for, as 6.2.5.2 counts them. */
const mostSegmentsAhead = 2;

/**
 * What a blocking playlist reload gets (rfc8216bis 6.2.5.2): the playlist `now`, or once it has what was asked for, or `too-far`
 * if that is so far in the future that the request must be a mistake.
 */
export function judgeReload({ msn, part }: Directives, facts: ReloadFacts): 'now' | 'wait' | 'too-far' {
  if (msn === undefined) return 'now';
  const { position } = facts;
  const lastWhole = position.part === undefined ? position.msn : position.msn - 1;
  if (msn > lastWhole + mostSegmentsAhead) return 'too-far';
  if (part === undefined || facts.latency === 'standard') return lastWhole >= msn ? 'now' : 'wait';
  const seen = msn === position.msn ? (position.part ?? -1) : -1;
  if (msn >= position.msn && part > seen + partLimit(facts.partMs)) return 'too-far';
  return isReached(msn, part, lastWhole, facts) ? 'now' : 'wait';
}

function isReached(
  msn: number,
  part: number,
  lastWhole: number,
  { position, ...facts }: ReloadFacts,
): boolean {
  if (position.part !== undefined && msn === position.msn) return position.part >= part;
  if (msn > lastWhole) return false;
  const parts = facts.partsOf(msn) ?? Math.ceil(segmentMs / facts.partMs);
  if (part < parts) return true;
  // "the server MUST treat the request as one for Part Index 0 of the following Parent Segment"
  return position.msn > msn;
}

/** The Advance Part Limit. */
const partLimit = (partMs: number): number => (partMs < 1000 ? Math.ceil(3000 / partMs) : 3);
