import type { EncoderPool, FleetMember, LeaseRecord } from '../../control-store/records.ts';
import type { MemberId, StreamId } from '../../routing/ids.ts';
import { rankWorkers } from '../../routing/rendezvous.ts';

/** A member whose record did not change for this long, as we saw it, is dead. */
const deadAfterMs = 3_000;
/** The most that one step between two looks counts for: see {@link FleetView}. */
const maxStepMs = 1_500;

/**
 * What one observer knows of a fleet. Life is judged by the versions of the records and the observer's own monotonic
 * clock: a member that kept its version for 3 s of looking is dead. Wall clocks are never compared.
 *
 * Time counts only while we look. When the control store cannot be read nobody calls `observe`, and everybody stays as
 * they were: the data plane outlives the control plane. After an outage the count begins anew, so that members which could
 * not write their heartbeats either get the chance to; a gap of which nobody told counts for 1.5 s at most.
 */
export class FleetView {
  readonly #members = new Map<MemberId, { record: FleetMember; unchangedMs: number }>();
  #lastLookMs: number | undefined;

  /** Takes in the fleet as the store has it. `nowMs` is monotonic. */
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

  /** The store could not be used: who lived has the whole time again, who was dead stays dead until its version moves. */
  interrupted(): void {
    this.#lastLookMs = undefined;
    for (const member of this.#members.values()) if (member.unchangedMs < deadAfterMs) member.unchangedMs = 0;
  }

  /** Members that live, draining ones too. A member seen for the first time lives until shown otherwise. */
  living(): FleetMember[] {
    const alive = [];
    for (const { record, unchangedMs } of this.#members.values()) {
      if (unchangedMs < deadAfterMs) alive.push(record);
    }
    return alive;
  }

  /** What a member encodes with, dead or alive; undefined where it has left the fleet. */
  poolOf(id: MemberId): EncoderPool | undefined {
    const record = this.#members.get(id)?.record;
    return record && (record.pool ?? 'cpu');
  }

  /** The member with this id while it lives. */
  find(id: MemberId): FleetMember | undefined {
    return this.living().find((member) => member.id === id);
  }
}

/**
 * The workers to try for a stream, best first. The lease decides: while its holder lives and is not draining, it is
 * first, even when it is full, because the stream is already part of its load. Then, and without a holder, the ranking.
 *
 * A broadcast that moves (`moves`) stays with what it was encoded with where it can: another kind of encoder has other codec
 * parameters, which players notice.
 */
export function chooseWorker(
  streamId: StreamId,
  lease: LeaseRecord | undefined,
  fleet: FleetView,
  moves = false,
): FleetMember[] {
  const living = new Map(fleet.living().map((member) => [member.id, member]));
  const order = rankWorkers(streamId, [...living.values()]);
  const holder = lease === undefined || lease.released ? undefined : living.get(lease.workerId);
  const ids = holder?.state === 'active' ? [holder.id, ...order.filter((id) => id !== holder.id)] : order;
  const members = ids.map((id) => living.get(id)).filter((member) => member !== undefined);
  const pool = moves && lease !== undefined ? fleet.poolOf(lease.workerId) : undefined;
  if (pool === undefined) return members;
  const isOther = ({ pool: own = 'cpu' }: FleetMember): number => Number(own !== pool);
  return members.sort((a, b) => isOther(a) - isOther(b));
}
