import type { OpenedSeal } from '../../protocol/relay/seal.ts';
import type { MemberId } from '../../routing/ids.ts';

/** How far a hello's time may be from the worker's. Each hello is accepted once within it. */
export const sealWindowMs = 60_000;

export type SealVerdict = 'valid' | 'misdirected' | 'stale' | 'replayed';

/** Whether a genuine hello is meant for this worker, fresh, and seen for the first time. Remembers the genuine ones only. */
export class SealCheck {
  readonly #worker: MemberId;
  /** Seals seen, oldest first, and when. */
  readonly #seen = new Map<string, number>();

  constructor(worker: MemberId) {
    this.#worker = worker;
  }

  /** `nowMs`: this worker's clock, which must not step. */
  judge({ worker, sentAtMs, id }: OpenedSeal, nowMs: number): SealVerdict {
    if (worker !== this.#worker) return 'misdirected';
    if (Math.abs(nowMs - sentAtMs) > sealWindowMs) return 'stale';
    for (const [seen, atMs] of this.#seen) {
      // One from the future stays valid for up to two windows.
      if (nowMs - atMs <= 2 * sealWindowMs) break;
      this.#seen.delete(seen);
    }
    if (this.#seen.has(id)) return 'replayed';
    this.#seen.set(id, nowMs);
    return 'valid';
  }
}
