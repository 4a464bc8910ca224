import type { RefusalQuota } from '../control-store/refusals/refusal-quota.ts';
import { RefusalWriter } from '../control-store/refusals/refusal-writer.ts';
import type { Clock } from '../net/clock.ts';
import type { JournaledRefusalReason, Refusal } from '../protocol/refusals.ts';
import type { StreamId } from '../routing/ids.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import type { IngestStore } from './ports.ts';

export interface RefusalJournalOptions {
  readonly store: Pick<IngestStore, 'getStream' | 'appendEvent'>;
  readonly clock: Clock;
  readonly emit: EmitEvent;
  readonly quota?: RefusalQuota;
}

const tickMs = 1_000;
const stopWithinMs = 2_000;

/** Writes who this proxy turned away into the streams' journals, within a quota. No session waits for it or fails with it. */
export class RefusalJournal {
  readonly #writer: RefusalWriter;
  #timer: NodeJS.Timeout | undefined;

  constructor({ emit, ...options }: RefusalJournalOptions) {
    this.#writer = new RefusalWriter({
      ...options,
      delayed: (cause) => emit('ingest.journal.delayed', { cause }),
      incomplete: (attempts) => emit('ingest.journal.incomplete', { attempts }),
    });
  }

  start(): void {
    this.#timer = setInterval(() => this.#writer.tick(), tickMs);
  }

  /** `client`: the publisher's address. */
  refused(streamId: StreamId, refusal: Refusal<JournaledRefusalReason>, client: string): void {
    const entry = this.#writer.refused({ streamId, ...refusal, client });
    if (entry !== undefined) this.#writer.write(entry);
  }

  /** Writes what is waiting, as far as the store takes it at once. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writer.stop(stopWithinMs);
  }
}
