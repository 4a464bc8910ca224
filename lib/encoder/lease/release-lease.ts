import { drainLimits } from '../policy/drain-limits.ts';
import type { LeaseKeeper } from './lease-keeper.ts';

/** What a broadcast has still to tell when it lets go. */
export interface FinalReport {
  /** Resolves when the control store knows all of it, or after `withinMs`. */
  settled(withinMs: number): Promise<void>;
  /** The lease could not be given back: it runs out by itself. */
  leaseUnreleased(epoch: number, cause: unknown): void;
}

/** Gives a broadcast's lease back, once its journal is told. Never rejects for the store's sake. */
export async function releaseLease(keeper: LeaseKeeper, words: FinalReport): Promise<void> {
  await words.settled(drainLimits.journalMs);
  await keeper.release().catch((cause: unknown) => words.leaseUnreleased(keeper.lease.epoch, cause));
}
