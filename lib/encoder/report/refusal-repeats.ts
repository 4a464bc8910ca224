import {
  type RefusalEntry,
  RefusalQuota,
  type RefusedAttempt,
  refusalFacts,
} from '../../control-store/refusals/refusal-quota.ts';
import { type StreamEventData, streamEvent } from '../../control-store/stream-events.ts';
import type { Clock } from '../../net/clock.ts';
import type { StreamId } from '../../routing/ids.ts';
import type { EncoderStore } from '../ports.ts';

/**
 * Publishers whose media a worker can't use come again and again: encoders reconnect by themselves. The first one is in the stream's
 * journal at once, those that follow share an entry, as where proxies refuse them.
 */
export class RefusalRepeats {
  readonly #quota = new RefusalQuota();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The broadcast that begins is probably turned away as well: nobody needs to read of it. */
  isExpected(streamId: StreamId): boolean {
    return this.#quota.knows(streamId);
  }

  /** Returns what to write into the journal now, if anything. */
  refused(attempt: Omit<RefusedAttempt, 'atMs'>): StreamEventData<'publish.refused'> | undefined {
    const entry = this.#quota.refused({ ...attempt, atMs: this.#clock.wallMs() }, this.#clock.nowMs());
    return entry && refusalFacts(entry, this.#clock.nowMs());
  }

  /** Writes of those that had to wait. Call about each second. */
  async tell(store: Pick<EncoderStore, 'getStream' | 'appendEvent'>): Promise<void> {
    for (const entry of this.#quota.due(this.#clock.nowMs())) await this.#write(store, entry);
  }

  /** What the store doesn't take now, it gets with the next ones. */
  async #write(store: Pick<EncoderStore, 'getStream' | 'appendEvent'>, entry: RefusalEntry): Promise<void> {
    const { streamId, atMs } = entry.last;
    try {
      if ((await store.getStream(streamId)) === undefined) return;
      const data = refusalFacts(entry, this.#clock.nowMs());
      await store.appendEvent(streamEvent('publish.refused', data, { streamId, atMs }));
    } catch {
      this.#quota.unwritten(entry);
    }
  }
}
