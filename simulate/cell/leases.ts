import type { LeaseRecord } from '../../lib/control-store/records.ts';
import { renewEveryMs } from '../../lib/encoder/lease/policy/fence.ts';
import type { BroadcastId, MemberId, StreamId } from '../../lib/routing/ids.ts';

interface Row {
  readonly streamId: StreamId;
  readonly workerId: MemberId;
  readonly epoch: number;
  /** When it was taken, and then. */
  readonly version: number;
  readonly takenAtMs: number;
  /** The holder has stopped renewing it. */
  stoppedAtMs: number;
  released: boolean;
}

/**
 * The table of leases, in memory. Renewals are not events: while a holder lives, its lease's version rises every `renewEveryMs`, and
 * whoever reads the lease sees the version of that moment.
 */
export class Leases {
  readonly #rows = new Map<StreamId, Row>();

  get(streamId: StreamId, nowMs: number): LeaseRecord | undefined {
    const row = this.#rows.get(streamId);
    return row && recordOf(row, nowMs);
  }

  /** Undefined if the lease is no longer as `observed`. */
  take(
    streamId: StreamId,
    workerId: MemberId,
    observed: LeaseRecord | undefined,
    nowMs: number,
  ): LeaseRecord | undefined {
    const current = this.get(streamId, nowMs);
    if (current?.version !== observed?.version || current?.epoch !== observed?.epoch) return undefined;
    const row: Row = {
      streamId,
      workerId,
      epoch: (current?.epoch ?? 0) + 1,
      version: (current?.version ?? 0) + 1,
      takenAtMs: nowMs,
      stoppedAtMs: Number.POSITIVE_INFINITY,
      released: false,
    };
    this.#rows.set(streamId, row);
    return recordOf(row, nowMs);
  }

  /** Its holder died. */
  stop(streamId: StreamId, nowMs: number): void {
    const row = this.#rows.get(streamId);
    if (row) row.stoppedAtMs = Math.min(row.stoppedAtMs, nowMs);
  }

  release(streamId: StreamId, nowMs: number): void {
    const row = this.#rows.get(streamId);
    if (!row) return;
    this.stop(streamId, nowMs);
    row.released = true;
  }
}

function recordOf(row: Row, nowMs: number): LeaseRecord {
  const renewals = Math.floor((Math.min(nowMs, row.stoppedAtMs) - row.takenAtMs) / renewEveryMs);
  const { streamId, workerId, epoch, released } = row;
  return {
    streamId,
    workerId,
    epoch,
    version: row.version + renewals + Number(released),
    broadcastId: streamId as string as BroadcastId,
    released,
    endRequested: false,
  };
}
