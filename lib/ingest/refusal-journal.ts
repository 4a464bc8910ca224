import { setTimeout as delay } from 'node:timers/promises';
import { type RefusalEntry, RefusalQuota, refusalFacts } from '../control-store/refusals/refusal-quota.ts';
import { streamEvent } from '../control-store/stream-events.ts';
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
  readonly #options: RefusalJournalOptions;
  readonly #quota: RefusalQuota;
  readonly #writing = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #isFaulty = false;
  #shed = 0;
  #shedToldMs = Number.NEGATIVE_INFINITY;

  constructor(options: RefusalJournalOptions) {
    this.#options = options;
    this.#quota = options.quota ?? new RefusalQuota();
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  /** `client`: the publisher's address. */
  refused(streamId: StreamId, refusal: Refusal<JournaledRefusalReason>, client: string): void {
    const { clock } = this.#options;
    const attempt = { streamId, ...refusal, client, atMs: clock.wallMs() };
    const entry = this.#quota.refused(attempt, clock.nowMs());
    if (entry !== undefined) this.#write(entry);
  }

  /** Writes what is waiting, as far as the store takes it at once. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const entry of this.#quota.due(this.#options.clock.nowMs(), true)) this.#write(entry);
    const late = new AbortController();
    const settled = Promise.all(this.#writing).then(() => late.abort());
    await Promise.race([settled, delay(stopWithinMs, undefined, { signal: late.signal }).catch(() => {})]);
    const attempts = this.#shed + this.#quota.takeShed() + this.#quota.waiting;
    if (attempts > 0) this.#options.emit('ingest.journal.incomplete', { attempts });
  }

  #tick(): void {
    const { clock, emit } = this.#options;
    const nowMs = clock.nowMs();
    for (const entry of this.#quota.due(nowMs)) this.#write(entry);
    this.#shed += this.#quota.takeShed();
    if (this.#shed === 0 || nowMs - this.#shedToldMs < 60_000) return;
    emit('ingest.journal.incomplete', { attempts: this.#shed });
    this.#shed = 0;
    this.#shedToldMs = nowMs;
  }

  #write(entry: RefusalEntry): void {
    const writing = this.#append(entry)
      .then(() => {
        this.#isFaulty = false;
      })
      .catch((cause: unknown) => {
        this.#quota.unwritten(entry);
        if (!this.#isFaulty) this.#options.emit('ingest.journal.delayed', { cause });
        this.#isFaulty = true;
      })
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  async #append(entry: RefusalEntry): Promise<void> {
    const { store, clock } = this.#options;
    const { streamId, atMs } = entry.last;
    // It may have been deleted; and if its key couldn't be checked, it may never have existed.
    if ((await store.getStream(streamId)) === undefined) return;
    const data = refusalFacts(entry, clock.nowMs());
    await store.appendEvent(streamEvent('publish.refused', data, { streamId, atMs }));
  }
}
