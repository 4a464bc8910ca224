import { ConditionFailedError } from '../../control-store/errors.ts';
import type { BroadcastRecord } from '../../control-store/records.ts';
import {
  type StreamEventData,
  type StreamEventType,
  streamEvent,
} from '../../control-store/stream-events.ts';
import type { Clock } from '../../net/clock.ts';
import { pauseMs, type RetryPolicy } from '../../retry/policy/backoff.ts';
import type { EncoderStore } from '../ports.ts';

const maxWaitingEvents = 100;
/** Jittered: while the store is down, every broadcast of the fleet retries about once a second. */
const whileDown: RetryPolicy = { firstMs: 1000, longestMs: 1000, jitter: 0.25 };

/**
 * What the control store never accepted: how many events, and whether the record's last state is missing. `cause`: its last
 * error.
 */
export interface UnwrittenJournal {
  readonly events: number;
  readonly record: boolean;
  readonly cause: unknown;
}

export interface JournalOptions {
  readonly store: EncoderStore;
  readonly clock: Clock;
  /**
   * Whether the broadcast still belongs to this worker. Called before each write: a worker that wakes from a suspension
   * mistakes its own sleep for the publisher's silence, and must not report that on a broadcast that continued elsewhere.
   */
  readonly mayWrite: () => Promise<boolean>;
}

/**
 * Keeps the control store up to date on a broadcast: its record as it changes, and the stream's events in order. While the
 * store is down, the newest record and the last hundred events wait and are retried every second.
 */
export class Journal {
  readonly #store: EncoderStore;
  readonly #clock: Clock;
  readonly #mayWrite: () => Promise<boolean>;
  #record: BroadcastRecord;
  #recordDue = false;
  #events: Parameters<EncoderStore['appendEvent']>[0][] = [];
  #writing?: Promise<void> | undefined;
  #timer?: NodeJS.Timeout;
  #silent = false;
  #dropped = 0;
  #fault?: unknown;

  constructor(record: BroadcastRecord, { store, clock, mayWrite }: JournalOptions) {
    this.#record = record;
    this.#store = store;
    this.#clock = clock;
    this.#mayWrite = mayWrite;
  }

  get record(): BroadcastRecord {
    return this.#record;
  }

  update(change: Partial<BroadcastRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.#recordDue = true;
    this.#write();
  }

  append<Type extends StreamEventType>(type: Type, data: StreamEventData<Type>): void {
    const { streamId, id: broadcastId } = this.#record;
    this.#events.push(streamEvent(type, data, { streamId, broadcastId, atMs: this.#clock.wallMs() }));
    if (this.#events.length > maxWaitingEvents) {
      this.#events.shift();
      this.#dropped++;
    }
    this.#write();
  }

  /** Another worker writes this broadcast's journal from now on; pending writes are dropped, above all the record. */
  silence(): void {
    this.#silent = true;
    clearTimeout(this.#timer);
  }

  /** Resolves when everything is written, or after `withinMs`; anything not written by then never will be. */
  async settled(withinMs: number): Promise<UnwrittenJournal> {
    const until = this.#clock.nowMs() + withinMs;
    while (this.#isDue && this.#clock.nowMs() < until) {
      await (this.#writing ?? new Promise((resolve) => setTimeout(resolve, 50)));
    }
    clearTimeout(this.#timer);
    const events = this.#silent ? 0 : this.#events.length + this.#dropped;
    return { events, record: this.#recordDue && !this.#silent, cause: this.#fault };
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#writing ??= this.#writeAll().then(
      () => {
        this.#writing = undefined;
        // Something may have been added after the last check while this write was still running.
        if (this.#isDue) this.#write();
      },
      (cause: unknown) => {
        this.#writing = undefined;
        this.#fault = cause;
        // The record belongs to another worker by now: its version counts.
        if (cause instanceof ConditionFailedError) this.#recordDue = false;
        this.#timer = setTimeout(() => this.#write(), pauseMs(whileDown, 1, Math.random()));
      },
    );
  }

  get #isDue(): boolean {
    return !this.#silent && (this.#recordDue || this.#events.length > 0);
  }

  async #writeAll(): Promise<void> {
    while (this.#isDue) {
      if (!(await this.#mayWrite())) {
        this.silence();
        return;
      }
      if (this.#recordDue) {
        this.#recordDue = false;
        await this.#store.putBroadcast(this.#record).catch((cause: unknown) => {
          this.#recordDue = true;
          throw cause;
        });
      }
      const event = this.#events[0];
      if (!event) continue;
      await this.#store.appendEvent(event);
      this.#events = this.#events.filter((each) => each !== event);
    }
  }
}
