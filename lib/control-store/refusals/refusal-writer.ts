import type { Clock } from '../../net/clock.ts';
import type { StreamEventStore, StreamStore } from '../ports.ts';
import { streamEvent } from '../stream-events.ts';
import { type RefusalEntry, RefusalQuota, type RefusedAttempt, refusalFacts } from './refusal-quota.ts';

export interface RefusalWriterOptions {
  readonly store: Pick<StreamStore, 'getStream'> & Pick<StreamEventStore, 'appendEvent'>;
  readonly clock: Clock;
  /** The store takes no entries: they come with the next ones. Called once until it takes one again. */
  readonly delayed: (cause: unknown) => void;
  /** Attempts that never get an entry; called once a minute at most. */
  readonly incomplete: (attempts: number) => void;
  readonly quota?: RefusalQuota;
}

const toldEveryMs = 60_000;

/** Writes refusals into streams' journals as far as the quota allows, and keeps what the store doesn't take for the next entry. */
export class RefusalWriter {
  readonly #options: RefusalWriterOptions;
  readonly #quota: RefusalQuota;
  readonly #writing = new Set<Promise<void>>();
  #isFaulty = false;
  #shed = 0;
  #shedToldMs = Number.NEGATIVE_INFINITY;

  constructor(options: RefusalWriterOptions) {
    this.#options = options;
    this.#quota = options.quota ?? new RefusalQuota();
  }

  /** Somebody has been turned away from this stream lately. */
  knows(streamId: RefusedAttempt['streamId']): boolean {
    return this.#quota.knows(streamId);
  }

  /** Returns the entry to write now, if there is one. */
  refused(attempt: Omit<RefusedAttempt, 'atMs'>): RefusalEntry | undefined {
    const { clock } = this.#options;
    return this.#quota.refused({ ...attempt, atMs: clock.wallMs() }, clock.nowMs());
  }

  /** Writes those that had to wait. Call about each second. */
  tick(): void {
    const { clock, incomplete } = this.#options;
    const nowMs = clock.nowMs();
    for (const entry of this.#quota.due(nowMs)) this.write(entry);
    this.#shed += this.#quota.takeShed();
    if (this.#shed === 0 || nowMs - this.#shedToldMs < toldEveryMs) return;
    incomplete(this.#shed);
    this.#shed = 0;
    this.#shedToldMs = nowMs;
  }

  write(entry: RefusalEntry): void {
    const writing = this.#append(entry)
      .then(() => {
        this.#isFaulty = false;
      })
      .catch((cause: unknown) => {
        this.#quota.unwritten(entry);
        if (!this.#isFaulty) this.#options.delayed(cause);
        this.#isFaulty = true;
      })
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** Resolves when nothing is being written any more. */
  async written(): Promise<void> {
    await Promise.all(this.#writing);
  }

  /** Writes all that is waiting, tries nothing twice, and waits for `withinMs` at most. */
  async stop(withinMs: number): Promise<void> {
    for (const entry of this.#quota.due(this.#options.clock.nowMs(), true)) this.write(entry);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([this.written(), late]);
    clearTimeout(timer);
    const attempts = this.#shed + this.#quota.takeShed() + this.#quota.waiting;
    if (attempts > 0) this.#options.incomplete(attempts);
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
