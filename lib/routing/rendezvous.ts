import { createHash } from 'node:crypto';
import type { MemberId, StreamId } from './ids.ts';

/** What the ranking needs of a worker; a FleetMember is one. */
export interface RankedMember {
  readonly id: MemberId;
  /** Streams that it takes at most; its weight. */
  readonly capacity: number;
  /** Streams that it has now. */
  readonly load: number;
  readonly state: 'active' | 'draining';
}

/** A worker is passed over while it carries more than this many times its share of all streams. */
const loadBound = 1.25;
/** The bound never goes below this many streams: in a small fleet one stream more is not an imbalance. */
const loadFloor = 2;

/**
 * Ranks workers for a stream: weighted rendezvous hashing (highest random weight) with bounded load. The order depends
 * on ids, capacities, loads and states only, never on the order of `members`.
 *
 * - Draining and full members (load ≥ capacity) are out: they would refuse.
 * - Members within their bound come first, by weight; those above it follow, by weight, because a worker with more
 *   than its share is still better than none. The bound is 1.25 × (all streams + this one) × the member's share of
 *   capacity, rounded up, at least 2 (Mirrokni, Thorup, Zadimoghaddam: consistent hashing with bounded loads).
 */
export function rankWorkers(streamId: StreamId, members: readonly RankedMember[]): MemberId[] {
  const open = members.filter(
    ({ state, load, capacity }) => state === 'active' && capacity > 0 && load < capacity,
  );
  // The average is over all that serve, full ones too: leaving them out would shrink the bound of the others.
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
 * The weight of a member for a stream: −weight ÷ ln(u), u uniform in (0, 1) from the pair's hash. The highest wins; a
 * member wins in proportion to its weight, and a change of one weight moves only streams to or from that member
 * (Schindelhauer and Schomaker's logarithmic method).
 */
export function rendezvousScore(streamId: StreamId, memberId: MemberId, weight: number): number {
  // SHA-256: any two proxies agree whatever they run on, and ranking happens once a publish, so speed is no matter.
  const digest = createHash('sha256').update(`${streamId}\n${memberId}`).digest();
  const top53 = digest.readUInt32BE(0) * 2 ** 21 + (digest.readUInt32BE(4) >>> 11);
  return -weight / Math.log((top53 + 0.5) / 2 ** 53);
}
