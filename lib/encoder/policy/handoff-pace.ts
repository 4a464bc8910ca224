import type { BroadcastRecord } from '../../control-store/records.ts';
import { drainLimits } from './drain-limits.ts';

/** A worker that stands by takes a released lease within a few tenths of a second. */
const takenWithinMs = 5000;

/**
 * Paces the hand-overs of one drain, which take turns. Each of those that remain has the same share of what is left of
 * `drainLimits.turnsMs`; what one doesn't use, the others get. So one begins late only if those before it were slow, and all
 * have begun in time. Times are monotonic milliseconds.
 */
export class HandoffPace {
  readonly #beganAtMs: number;

  constructor(beganAtMs: number) {
    this.#beganAtMs = beganAtMs;
  }

  /** When the turn that begins now ends at the latest. `remaining`: the hand-overs still to begin, this one included. */
  turnEndsAtMs(remaining: number, nowMs: number): number {
    const leftMs = this.#beganAtMs + drainLimits.turnsMs - nowMs;
    return nowMs + Math.max(0, leftMs) / remaining;
  }

  /** How long proxies may still look for a worker with room. */
  publishersMs(nowMs: number): number {
    return Math.max(0, this.#beganAtMs + drainLimits.publishersMs - nowMs);
  }
}

/**
 * Whether there is nothing to wait for after a hand-over: the worker that took the broadcast says that it keeps real time, or
 * none took it. `record`: as stored now; `epoch`: the one that was handed over, `waitedMs` ago. A worker whose software is too old
 * to say so is waited for until the turn ends.
 */
export function isTakenOver(
  record: Pick<BroadcastRecord, 'state' | 'epoch' | 'caughtUpEpoch'> | undefined,
  epoch: number,
  waitedMs: number,
): boolean {
  if (!record || record.state === 'ended') return true;
  if (record.epoch <= epoch) return waitedMs > takenWithinMs;
  return record.caughtUpEpoch === record.epoch;
}
