import type { StreamDocument } from '../control-store/documents.ts';
import { ConditionFailedError } from '../control-store/errors.ts';
import type { PushStanding } from '../control-store/push-states.ts';
import { type StreamEventData, type StreamEventType, streamEvent } from '../control-store/stream-events.ts';
import { pauseMs, type RetryPolicy } from '../retry/policy/backoff.ts';
import type { BroadcastId, MemberId, SessionId, StreamId } from '../routing/ids.ts';
import type { PushClock, PushStore } from './ports.ts';

/** Minimum interval between writes of the document. */
const writeEveryMs = 1_000;
/** Jittered: while the store is down, every session retries about once a second. */
const whileDown: RetryPolicy = { firstMs: 1_000, longestMs: 1_000, jitter: 0.25 };
/** Minimum interval while the session ends: the final writes must not hold up a program that is stopping. */
const finalWriteEveryMs = 100;
const maxWaitingEvents = 50;

type JournalEntry = Parameters<PushStore['appendEvent']>[0];

export interface PushReportOptions {
  readonly store: PushStore;
  readonly clock: PushClock;
  readonly streamId: StreamId;
  readonly sessionId: SessionId;
  readonly proxyId: MemberId;
  /** Called once until a write succeeds again. */
  readonly onFault: (cause: unknown) => void;
}

/**
 * Keeps the control store up to date on the pushes of one publish session, and the stream's journal in order. A newer session
 * of the stream takes over: from then on this one writes nothing.
 */
export class PushReport {
  readonly #options: PushReportOptions;
  #standings: readonly PushStanding[] | undefined;
  #broadcastId: BroadcastId | undefined;
  #document: StreamDocument<'pushes'> | undefined;
  /** This session's states are, or were, in the document. */
  #wroteDocument = false;
  #superseded = false;
  #due = false;
  #entries: { type: StreamEventType; data: unknown; atMs: number }[] = [];
  #dropped = 0;
  #writing: Promise<void> | undefined;
  #notBeforeMs = 0;
  #everyMs = writeEveryMs;
  #faulty = false;
  #fault: unknown;

  constructor(options: PushReportOptions) {
    this.#options = options;
  }

  /** Everything is written, or this session will never write it. */
  get settled(): boolean {
    return this.#superseded || (!this.#due && this.#entries.length === 0 && this.#writing === undefined);
  }

  /** Journal entries that were dropped or are still to be written; `cause`: the last fault. */
  get unwritten(): { readonly events: number; readonly cause: unknown } {
    const events = this.#superseded ? 0 : this.#dropped + this.#entries.length;
    return { events, cause: this.#fault };
  }

  update(standings: readonly PushStanding[]): void {
    this.#standings = standings;
    this.#due = true;
  }

  append<Type extends StreamEventType>(type: Type, data: StreamEventData<Type>): void {
    this.#entries.push({ type, data, atMs: this.#options.clock.wallMs() });
    if (this.#entries.length <= maxWaitingEvents) return;
    this.#entries.shift();
    this.#dropped++;
  }

  /** The session is ending: write the rest soon. */
  flushSoon(): void {
    this.#everyMs = finalWriteEveryMs;
    this.#notBeforeMs = 0;
  }

  /** Writes what is due, if allowed; called several times a second. */
  tick(): void {
    if (this.settled || this.#writing !== undefined) return;
    if (this.#options.clock.nowMs() < this.#notBeforeMs) return;
    this.#notBeforeMs = this.#options.clock.nowMs() + this.#everyMs;
    this.#writing = this.#write()
      .then(
        () => {
          this.#faulty = false;
        },
        (cause: unknown) => {
          this.#fault = cause;
          const { clock } = this.#options;
          this.#notBeforeMs = clock.nowMs() + pauseMs(whileDown, 1, clock.random());
          if (!this.#faulty) this.#options.onFault(cause);
          this.#faulty = true;
        },
      )
      .finally(() => {
        this.#writing = undefined;
      });
  }

  async #write(): Promise<void> {
    const { store, streamId } = this.#options;
    // The broadcast begins when a worker has accepted the publisher, about when this first runs.
    this.#broadcastId ??= await store.getLease(streamId).then((lease) => lease?.broadcastId);
    if (this.#due) await this.#writeDocument();
    while (this.#entries.length > 0 && !this.#superseded) {
      const line = this.#entries[0];
      if (line === undefined) break;
      await store.appendEvent(this.#journalEntry(line));
      this.#entries = this.#entries.filter((other) => other !== line);
    }
  }

  async #writeDocument(): Promise<void> {
    const { store, streamId, sessionId, proxyId } = this.#options;
    if (!this.#wroteDocument) this.#document = await store.getDocument(streamId, 'pushes');
    this.#due = false;
    try {
      this.#document = await store.putDocument({
        streamId,
        kind: 'pushes',
        open: false,
        version: this.#document?.version ?? 0,
        body: {
          ...(this.#broadcastId !== undefined && { broadcastId: this.#broadcastId }),
          proxyId,
          sessionId,
          destinations: this.#standings ?? [],
        },
      });
      this.#wroteDocument = true;
    } catch (cause) {
      this.#due = true;
      if (cause instanceof ConditionFailedError) await this.#handleConflict();
      else throw cause;
    }
  }

  /** Someone else wrote the document: a newer session, the previous one, or this one with a write whose response was lost. */
  async #handleConflict(): Promise<void> {
    const { store, streamId, sessionId } = this.#options;
    const found = await store.getDocument(streamId, 'pushes');
    this.#document = found;
    if (this.#wroteDocument && found?.body.sessionId !== sessionId) this.#superseded = true;
  }

  #journalEntry({ type, data, atMs }: { type: StreamEventType; data: unknown; atMs: number }): JournalEntry {
    const { streamId } = this.#options;
    const broadcastId = this.#broadcastId;
    const about = { streamId, atMs, ...(broadcastId !== undefined && { broadcastId }) };
    return streamEvent(type, data as StreamEventData<typeof type>, about);
  }
}
