import type { StreamDocument } from '../control-store/documents.ts';
import { ConditionFailedError } from '../control-store/errors.ts';
import type { PushStanding } from '../control-store/push-states.ts';
import { type StreamEventData, type StreamEventType, streamEvent } from '../control-store/stream-events.ts';
import { pauseMs, type RetryPolicy } from '../retry/policy/backoff.ts';
import type { BroadcastId, MemberId, SessionId, StreamId } from '../routing/ids.ts';
import type { PushClock, PushStore } from './ports.ts';

/** The document is written at most this often. */
const writeEveryMs = 1_000;
/** Jittered: while the store is down, every session retries about once a second. */
const whileDown: RetryPolicy = { firstMs: 1_000, longestMs: 1_000, jitter: 0.25 };
/** The same while the session ends: its last words must not keep a program that stops. */
const lastWritesEveryMs = 100;
const maxWaitingEvents = 50;

type JournalLine = Parameters<PushStore['appendEvent']>[0];

export interface PushReportOptions {
  readonly store: PushStore;
  readonly clock: PushClock;
  readonly streamId: StreamId;
  readonly sessionId: SessionId;
  readonly proxyId: MemberId;
  /** Once until a write succeeds again. */
  readonly onFault: (cause: unknown) => void;
}

/**
 * Keeps the control store told how the pushes of one publish session stand, and the stream's journal in order. A newer session of
 * the stream takes over: from then on this one says nothing.
 */
export class PushReport {
  readonly #options: PushReportOptions;
  #standings: readonly PushStanding[] | undefined;
  #broadcastId: BroadcastId | undefined;
  #document: StreamDocument<'pushes'> | undefined;
  /** This session's states are, or were, in the document. */
  #took = false;
  #superseded = false;
  #due = false;
  #lines: { type: StreamEventType; data: unknown; atMs: number }[] = [];
  #dropped = 0;
  #writing: Promise<void> | undefined;
  #notBeforeMs = 0;
  #everyMs = writeEveryMs;
  #faulty = false;
  #fault: unknown;

  constructor(options: PushReportOptions) {
    this.#options = options;
  }

  /** All is written, or never will be by this session. */
  get settled(): boolean {
    return this.#superseded || (!this.#due && this.#lines.length === 0 && this.#writing === undefined);
  }

  /** Lines that were dropped, or that are still to be written; `cause`: the last fault. */
  get untold(): { readonly events: number; readonly cause: unknown } {
    const events = this.#superseded ? 0 : this.#dropped + this.#lines.length;
    return { events, cause: this.#fault };
  }

  update(standings: readonly PushStanding[]): void {
    this.#standings = standings;
    this.#due = true;
  }

  tell<Type extends StreamEventType>(type: Type, data: StreamEventData<Type>): void {
    this.#lines.push({ type, data, atMs: this.#options.clock.wallMs() });
    if (this.#lines.length <= maxWaitingEvents) return;
    this.#lines.shift();
    this.#dropped++;
  }

  /** The session ends: what is left is to be written soon. */
  hurry(): void {
    this.#everyMs = lastWritesEveryMs;
    this.#notBeforeMs = 0;
  }

  /** Writes what is due, if it may; called several times a second. */
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
    // The broadcast begins when a worker has taken the publisher, about when this is asked first.
    this.#broadcastId ??= await store.getLease(streamId).then((lease) => lease?.broadcastId);
    if (this.#due) await this.#writeDocument();
    while (this.#lines.length > 0 && !this.#superseded) {
      const line = this.#lines[0];
      if (line === undefined) break;
      await store.appendEvent(this.#journalLine(line));
      this.#lines = this.#lines.filter((other) => other !== line);
    }
  }

  async #writeDocument(): Promise<void> {
    const { store, streamId, sessionId, proxyId } = this.#options;
    if (!this.#took) this.#document = await store.getDocument(streamId, 'pushes');
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
      this.#took = true;
    } catch (cause) {
      this.#due = true;
      if (cause instanceof ConditionFailedError) await this.#lookAgain();
      else throw cause;
    }
  }

  /** Somebody else wrote: a newer session, the one before this, or this one by a write whose answer was lost. */
  async #lookAgain(): Promise<void> {
    const { store, streamId, sessionId } = this.#options;
    const found = await store.getDocument(streamId, 'pushes');
    this.#document = found;
    if (this.#took && found?.body.sessionId !== sessionId) this.#superseded = true;
  }

  #journalLine({ type, data, atMs }: { type: StreamEventType; data: unknown; atMs: number }): JournalLine {
    const { streamId } = this.#options;
    const broadcastId = this.#broadcastId;
    const about = { streamId, atMs, ...(broadcastId !== undefined && { broadcastId }) };
    return streamEvent(type, data as StreamEventData<typeof type>, about);
  }
}
