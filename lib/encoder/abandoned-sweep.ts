import type { Clock } from '../net/clock.ts';
import { type MemberId, newStreamId, type StreamId } from '../routing/ids.ts';
import type { StoreWatch } from './lease/policy/store-watch.ts';
import { SweepTurn } from './lease/policy/sweep-turn.ts';
import { workerTiming } from './policy/worker-timing.ts';
import type { EncoderStore } from './ports.ts';

export interface AbandonedSweepOptions {
  readonly store: Pick<EncoderStore, 'listOpenBroadcasts' | 'getLease' | 'latestBroadcast'>;
  readonly memberId: MemberId;
  /** Streams that the worker can have at once. */
  readonly capacity: number;
  readonly clock: Clock;
  readonly watch: StoreWatch;
  /** Whether the worker can take another stream. */
  readonly hasRoom: () => boolean;
  /** Whether it has this stream, or is about to. */
  readonly has: (stream: StreamId) => boolean;
  /** Goes on with a stream's broadcast. */
  readonly take: (stream: StreamId) => Promise<unknown>;
  /** The next sweep tries again. */
  readonly failed: (cause: unknown) => void;
}

/**
 * Picks up abandoned broadcasts: their worker died or stopped, and no publisher moved them to another one. A worker that
 * sees a lease unchanged for the lease time takes it and waits out the reconnect window, so that the broadcast ends like
 * any other.
 */
export class AbandonedSweep {
  readonly #options: AbandonedSweepOptions;
  readonly #turn: SweepTurn;
  #timer?: NodeJS.Timeout;
  #isSweeping = false;

  constructor(options: AbandonedSweepOptions) {
    this.#options = options;
    this.#turn = new SweepTurn(options.capacity, newStreamId());
  }

  start(): void {
    const { failed } = this.#options;
    this.#timer = setInterval(() => void this.#sweep().catch(failed), workerTiming.sweepMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #sweep(): Promise<void> {
    const { store, watch, hasRoom, failed } = this.#options;
    if (this.#isSweeping || !hasRoom()) return;
    this.#isSweeping = true;
    try {
      const page = await store.listOpenBroadcasts(this.#turn.page);
      for (const streamId of this.#turn.begin(page)) {
        if (!hasRoom() || watch.away) return;
        await this.#lookAfter(streamId).catch(failed);
      }
    } finally {
      this.#isSweeping = false;
    }
  }

  async #lookAfter(streamId: StreamId): Promise<void> {
    const { store, memberId, clock, watch, has, take } = this.#options;
    if (has(streamId)) return;
    // At half the cost: a lease is read once more, consistently, before it is taken.
    const lease = await store.getLease(streamId, { isEventual: true });
    if (!lease) return;
    const wasOurs = !lease.released && lease.workerId === memberId;
    if (!wasOurs && !this.#turn.isAbandoned(lease, clock.nowMs(), watch)) return;
    // The list may be stale: taking the stream of an ended broadcast would begin another one.
    const last = await store.latestBroadcast(streamId);
    if (last && last.state !== 'ended') await take(streamId);
  }
}
