import { type RefusedAttempt, refusalFacts } from '../../control-store/refusals/refusal-quota.ts';
import { RefusalWriter } from '../../control-store/refusals/refusal-writer.ts';
import type { StreamEventData } from '../../control-store/stream-events.ts';
import type { Clock } from '../../net/clock.ts';
import type { StreamId } from '../../routing/ids.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import type { EncoderStore } from '../ports.ts';

export interface RefusalRepeatsOptions {
  readonly store: Pick<EncoderStore, 'getStream' | 'appendEvent'>;
  readonly clock: Clock;
  readonly emit: EmitEvent;
}

const stopWithinMs = 2_000;

/**
 * Publishers whose media a worker can't use come again and again: encoders reconnect by themselves. The first one is in the stream's
 * journal at once, those that follow share an entry, as where proxies refuse them.
 */
export class RefusalRepeats {
  readonly #writer: RefusalWriter;
  readonly #clock: Clock;

  constructor({ emit, ...options }: RefusalRepeatsOptions) {
    this.#clock = options.clock;
    this.#writer = new RefusalWriter({
      ...options,
      delayed: (cause) => emit('encoder.refusals.delayed', { cause }),
      incomplete: (attempts) => emit('encoder.refusals.incomplete', { attempts }),
    });
  }

  /** The broadcast that begins is probably turned away as well: nobody needs to read of it. */
  isExpected(streamId: StreamId): boolean {
    return this.#writer.knows(streamId);
  }

  /** Returns what to write into the journal now, if anything. */
  refused(attempt: Omit<RefusedAttempt, 'atMs'>): StreamEventData<'publish.refused'> | undefined {
    const entry = this.#writer.refused(attempt);
    return entry && refusalFacts(entry, this.#clock.nowMs());
  }

  /** Writes of those that had to wait. Call about each second. */
  tick(): void {
    this.#writer.tick();
  }

  /** Resolves when nothing is being written any more. */
  async written(): Promise<void> {
    await this.#writer.written();
  }

  /** The worker stops: writes what is waiting, as far as the store takes it at once. */
  async stop(): Promise<void> {
    await this.#writer.stop(stopWithinMs);
  }
}
