import type { JournaledRefusalReason } from '../../protocol/refusals.ts';
import type { StreamId } from '../../routing/ids.ts';
import type { StreamEventData } from '../stream-events.ts';

/** A publisher that was turned away. */
export interface RefusedAttempt {
  readonly streamId: StreamId;
  readonly reason: JournaledRefusalReason;
  readonly detail?: string | undefined;
  /** Its address; undefined if it has gone. */
  readonly client: string | undefined;
  /** Unix time. */
  readonly atMs: number;
}

/** One journal entry: for one attempt, or for several with the same stream and reason. */
export interface RefusalEntry {
  readonly last: RefusedAttempt;
  readonly attempts: number;
  /** By the monotonic clock. */
  readonly firstAtMs: number;
}

/** What a worker or a library says may be long. */
const maxDetailLength = 300;

/** The data of an entry that is written at `nowMs`, by the monotonic clock. */
export function refusalFacts(
  { last, attempts, firstAtMs }: RefusalEntry,
  nowMs: number,
): StreamEventData<'publish.refused'> {
  const { reason, detail, client } = last;
  const several = attempts > 1 ? { attempts, withinMs: Math.round(nowMs - firstAtMs) } : {};
  return { reason, detail, client, ...several };
}

export interface RefusalQuotaLimits {
  /** Least time between two entries for the same stream and reason. Doubles with each entry while attempts go on. */
  readonly everyMs: number;
  readonly atMostEveryMs: number;
  /** Entries in a minute, for all streams. */
  readonly perMinute: number;
  /** Pairs of stream and reason in memory. Attempts for further ones are shed. */
  readonly tracked: number;
}

export const refusalQuotaLimits: RefusalQuotaLimits = {
  everyMs: 60_000,
  atMostEveryMs: 3_600_000,
  perMinute: 60,
  tracked: 1_000,
};

interface Tracked {
  last: RefusedAttempt;
  /** Attempts without an entry yet, and when the first of them was. */
  attempts: number;
  firstAtMs: number;
  everyMs: number;
  /** The next entry may be written from here on. */
  dueAtMs: number;
}

/**
 * Which refusals get a journal entry now. The first attempt does at once; those that follow share one, later and later while
 * they go on. So somebody who guesses keys can neither flood a journal, which keeps a limited number of entries, nor the store.
 * All times are of the monotonic clock.
 */
export class RefusalQuota {
  readonly #limits: RefusalQuotaLimits;
  readonly #tracked = new Map<string, Tracked>();
  #minute = { sinceMs: Number.NEGATIVE_INFINITY, entries: 0 };
  #shed = 0;

  constructor(limits: RefusalQuotaLimits = refusalQuotaLimits) {
    this.#limits = limits;
  }

  /** Attempts that never get an entry, since this was last asked. */
  takeShed(): number {
    const shed = this.#shed;
    this.#shed = 0;
    return shed;
  }

  /** Attempts that have no entry yet. */
  get waiting(): number {
    return [...this.#tracked.values()].reduce((sum, { attempts }) => sum + attempts, 0);
  }

  /** Somebody has been turned away from this stream lately, for whatever reason. */
  knows(streamId: StreamId): boolean {
    return [...this.#tracked.values()].some(({ last }) => last.streamId === streamId);
  }

  /** Returns the entry to write now, if there is one. */
  refused(wordy: RefusedAttempt, nowMs: number): RefusalEntry | undefined {
    const attempt = { ...wordy, detail: wordy.detail?.slice(0, maxDetailLength) };
    const known = this.#tracked.get(keyOf(attempt));
    if (known !== undefined) {
      count(known, 1, nowMs);
      known.last = attempt;
      return undefined;
    }
    if (this.#tracked.size >= this.#limits.tracked) {
      this.#shed++;
      return undefined;
    }
    const { everyMs } = this.#limits;
    const fresh = { last: attempt, attempts: 1, firstAtMs: nowMs, everyMs, dueAtMs: nowMs };
    this.#tracked.set(keyOf(attempt), fresh);
    return this.#entryOf(fresh, nowMs);
  }

  /** Entries for attempts that had to wait; call about each second. With `isLast`, for all of them. */
  due(nowMs: number, isLast = false): RefusalEntry[] {
    const entries: RefusalEntry[] = [];
    for (const [key, tracked] of this.#tracked) {
      if (nowMs < tracked.dueAtMs && !isLast) continue;
      if (tracked.attempts === 0) this.#tracked.delete(key);
      const entry = this.#entryOf(tracked, nowMs);
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  /** The store didn't take this entry: its attempts go into the next one. */
  unwritten({ last, attempts, firstAtMs }: RefusalEntry): void {
    const tracked = this.#tracked.get(keyOf(last));
    if (tracked === undefined) this.#shed += attempts;
    else count(tracked, attempts, firstAtMs);
  }

  #entryOf(tracked: Tracked, nowMs: number): RefusalEntry | undefined {
    const { last, attempts, firstAtMs, everyMs } = tracked;
    if (attempts === 0 || !this.#mayWrite(nowMs)) return undefined;
    tracked.attempts = 0;
    tracked.dueAtMs = nowMs + everyMs;
    tracked.everyMs = Math.min(2 * everyMs, this.#limits.atMostEveryMs);
    return { last, attempts, firstAtMs };
  }

  #mayWrite(nowMs: number): boolean {
    if (nowMs - this.#minute.sinceMs >= 60_000) this.#minute = { sinceMs: nowMs, entries: 0 };
    if (this.#minute.entries >= this.#limits.perMinute) return false;
    this.#minute.entries++;
    return true;
  }
}

const keyOf = ({ streamId, reason }: RefusedAttempt): string => `${streamId} ${reason}`;

function count(tracked: Tracked, attempts: number, firstAtMs: number): void {
  tracked.firstAtMs = tracked.attempts === 0 ? firstAtMs : Math.min(tracked.firstAtMs, firstAtMs);
  tracked.attempts += attempts;
}
