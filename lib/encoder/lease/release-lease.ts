import type { EmitEvent } from '../../telemetry/events.ts';
import { drainLimits } from '../policy/drain-limits.ts';
import type { LeaseKeeper } from './lease-keeper.ts';

/** What a broadcast still has to report when it releases its lease. */
export interface FinalReport {
  /** Resolves when everything is in the control store, or after `withinMs`. */
  settled(withinMs: number): Promise<void>;
  /** Releasing the lease failed: it will expire. */
  leaseUnreleased(epoch: number, cause: unknown): void;
}

/** Releases a broadcast's lease once its journal is written. Never rejects when the store fails. */
export async function releaseLease(keeper: LeaseKeeper, report: FinalReport): Promise<void> {
  await report.settled(drainLimits.journalMs);
  await keeper.release().catch((cause: unknown) => report.leaseUnreleased(keeper.lease.epoch, cause));
}

/** Releases the lease of a broadcast that couldn't begin here, so that nobody has to wait for it. Never rejects. */
export async function abandonLease(keeper: LeaseKeeper, emit: EmitEvent): Promise<void> {
  const { streamId: stream, broadcastId: broadcast, epoch } = keeper.lease;
  await keeper
    .release()
    .catch((cause: unknown) => emit('encoder.lease.unreleased', { stream, broadcast, epoch, cause }));
}
