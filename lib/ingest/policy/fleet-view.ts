import type { EncoderPool, FleetMember, LeaseRecord } from '../../control-store/records.ts';
import type { MemberId, StreamId } from '../../routing/ids.ts';
import { rankWorkers } from '../../routing/rendezvous.ts';

/** A member whose record hasn't changed for this long, as seen here, is dead. */
const deadAfterMs = 3_000;
/** One that has missed two beats may be dead: it is asked after the others, because asking the dead takes a second each. */
const lateAfterMs = 2_000;
/** The most that one step between two reads counts for: see {@link FleetView}. */
const maxStepMs = 1_500;

/**
 * One observer's view of a fleet. Liveness is judged by the versions of the records and the observer's own monotonic clock: a
 * member whose version hasn't changed during 3 s of observation is dead. Wall clocks are never compared.
 *
 * Time counts only while we observe. While the control store cannot be read nobody calls `observe`, and every member keeps
 * its state: the data plane outlives the control plane. After an outage counting restarts, so that members which could not
 * write their heartbeats either get the chance to; a gap that wasn't reported counts for at most 1.5 s.
 */
export class FleetView {
  readonly #members = new Map<MemberId, { record: FleetMember; unchangedMs: number }>();
  #lastLookMs: number | undefined;

  /** Updates the view with the fleet as read from the store. `nowMs` is monotonic. */
  observe(records: readonly FleetMember[], nowMs: number): void {
    const stepMs = this.#lastLookMs === undefined ? 0 : Math.min(nowMs - this.#lastLookMs, maxStepMs);
    this.#lastLookMs = nowMs;
    const present = new Set(records.map(({ id }) => id));
    for (const id of this.#members.keys()) if (!present.has(id)) this.#members.delete(id);
    for (const record of records) {
      const known = this.#members.get(record.id);
      const unchangedMs = known?.record.version === record.version ? known.unchangedMs + stepMs : 0;
      this.#members.set(record.id, { record, unchangedMs });
    }
  }

  /** The store was unavailable: live members get their full time again, dead ones stay dead until their version changes. */
  interrupted(): void {
    this.#lastLookMs = undefined;
    for (const member of this.#members.values()) if (member.unchangedMs < deadAfterMs) member.unchangedMs = 0;
  }

  /** Live members, including draining ones. A member seen for the first time counts as alive until proven otherwise. */
  living(): FleetMember[] {
    const alive = [];
    for (const { record, unchangedMs } of this.#members.values()) {
      if (unchangedMs < deadAfterMs) alive.push(record);
    }
    return alive;
  }

  /** Whether this member's record has not changed for so long that it may be dead. */
  isLate(id: MemberId): boolean {
    return (this.#members.get(id)?.unchangedMs ?? 0) >= lateAfterMs;
  }

  /** A member's kind of encoder, dead or alive; undefined if it has left the fleet. */
  poolOf(id: MemberId): EncoderPool | undefined {
    const record = this.#members.get(id)?.record;
    return record && (record.pool ?? 'cpu');
  }

  /** The member with this id, if alive. */
  find(id: MemberId): FleetMember | undefined {
    const member = this.#members.get(id);
    return member !== undefined && member.unchangedMs < deadAfterMs ? member.record : undefined;
  }
}

/**
 * The workers to try for a stream, best first. The lease decides: while its holder is alive and isn't draining, it comes
 * first, even if it is full, because the stream is already part of its load. After it, or without a holder, comes the
 * ranking, those last whose heartbeats are late.
 *
 * A broadcast that is being moved (`moves`) stays on the same kind of encoder if possible: another kind has different codec
 * parameters, which players notice.
 */
export function chooseWorker(
  streamId: StreamId,
  lease: LeaseRecord | undefined,
  fleet: FleetView,
  moves = false,
): FleetMember[] {
  const living = new Map(fleet.living().map((member) => [member.id, member]));
  const order = rankWorkers(streamId, [...living.values()]).sort(
    (a, b) => Number(fleet.isLate(a)) - Number(fleet.isLate(b)),
  );
  const holder = lease === undefined || lease.released ? undefined : living.get(lease.workerId);
  const ids = holder?.state === 'active' ? [holder.id, ...order.filter((id) => id !== holder.id)] : order;
  const members = ids.map((id) => living.get(id)).filter((member) => member !== undefined);
  const pool = moves && lease !== undefined ? fleet.poolOf(lease.workerId) : undefined;
  if (pool === undefined) return members;
  const isOther = ({ pool: own = 'cpu' }: FleetMember): number => Number(own !== pool);
  return members.sort((a, b) => isOther(a) - isOther(b));
}
