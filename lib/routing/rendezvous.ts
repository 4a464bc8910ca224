import { hash } from 'node:crypto';
import type { MemberId, StreamId } from './ids.ts';

/** What the ranking needs to know about a worker; a FleetMember qualifies. */
export interface RankedMember {
  readonly id: MemberId;
  /** Maximum number of streams; its weight. */
  readonly capacity: number;
  /** Current number of streams. */
  readonly load: number;
  readonly state: 'active' | 'draining';
}

/** A worker is skipped while it carries more than this multiple of its share of all streams. */
const loadBound = 1.25;
/** Minimum bound, in streams: in a small fleet, one extra stream is not an imbalance. */
const loadFloor = 2;

/**
 * Ranks workers for a stream: weighted rendezvous hashing (highest random weight) with bounded load. The order depends only on
 * ids, capacities, loads and states, never on the order of `members`.
 *
 * - Draining and full members (load ≥ capacity) are excluded: they would refuse.
 * - Members within their bound come first, by weight. Those above it follow, by weight, because an overloaded worker is still
 *   better than none. The bound is 1.25 × (all streams + this one) × the member's share of capacity, rounded up, at least 2
 *   (Mirrokni, Thorup, Zadimoghaddam: consistent hashing with bounded loads).
 */
export function rankWorkers(streamId: StreamId, members: readonly RankedMember[]): MemberId[] {
  const open = members.filter(
    ({ state, load, capacity }) => state === 'active' && capacity > 0 && load < capacity,
  );
  // The average includes full members: leaving them out would lower the bound of the others.
  const serving = members.filter(({ state, capacity }) => state === 'active' && capacity > 0);
  const streams = serving.reduce((sum, { load }) => sum + load, 0) + 1;
  const capacity = serving.reduce((sum, member) => sum + member.capacity, 0);
  return open
    .map((member) => {
      const bound = Math.max(loadFloor, Math.ceil((loadBound * streams * member.capacity) / capacity));
      return {
        id: member.id,
        over: member.load >= bound,
        score: rendezvousScore(streamId, member.id, member.capacity),
      };
    })
    .sort((a, b) => Number(a.over) - Number(b.over) || b.score - a.score || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

/**
 * A member's score for a stream: −weight ÷ ln(u), with u uniform in (0, 1) from the pair's hash. The highest score wins. Members win
 * in proportion to their weight, and changing one weight only moves streams to or from that member (Schindelhauer and Schomaker's
 * logarithmic method).
 */
export function rendezvousScore(streamId: StreamId, memberId: MemberId, weight: number): number {
  return -weight / Math.log(uniform(`${streamId}\n${memberId}`));
}

/** A number in (0, 1) that depends on the text only, on every machine; evenly spread over different texts. */
export function uniform(text: string): number {
  // Ranking costs one hash for each worker: as hexadecimal digits, SHA-256 takes less than half the time of a Hash object.
  const digits = hash('sha256', text, 'hex');
  const top53 =
    Number.parseInt(digits.slice(0, 8), 16) * 2 ** 21 + (Number.parseInt(digits.slice(8, 16), 16) >>> 11);
  return (top53 + 0.5) / 2 ** 53;
}
