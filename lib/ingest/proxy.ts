import { setTimeout as delay } from 'node:timers/promises';
import { defaultReplayMaxBytes } from '../config/defaults.ts';
import type { Arrival, Connection } from '../net/socket.ts';
import type { Refusal } from '../protocol/refusals.ts';
import type { StreamId } from '../routing/ids.ts';
import { GuessLimit, type GuessLimits } from './policy/guess-limit.ts';
import { routeTiming } from './policy/route-timing.ts';
import { RtmpSession, type SessionContext, type SessionLimits } from './rtmp-session.ts';

export const defaultLimits: SessionLimits = {
  handshakeMs: 5_000,
  publishMs: 10_000,
  idleMs: 30_000,
  lingerMs: 1_000,
  replayMaxBytes: defaultReplayMaxBytes,
  routeMs: 8_000,
  moveMs: 60_000,
  stallMs: 5_000,
  silentMs: 6_000,
  doubtMs: 750,
  flushMs: 10_000,
};

export interface IngestProxyOptions {
  readonly context: Omit<SessionContext, 'guesses'>;
  /** How answers to wrong keys are spaced. */
  readonly guesses?: GuessLimits | undefined;
  /** Publishers with a valid key. Further connections are closed on arrival. */
  readonly maxSessions: number;
}

/** Publish sessions with one key at the same time: one is on air, others want to take over or are leaving. */
export const mostPerStream = 8;

/** All publish sessions of one process, and the connections that may become some. */
export class IngestProxy {
  readonly #options: IngestProxyOptions;
  readonly #context: SessionContext;
  readonly #sessions = new Set<RtmpSession>();
  /** Those whose key is valid, by stream. */
  readonly #publishers = new Map<StreamId, number>();
  #publisherCount = 0;
  #timer: NodeJS.Timeout | undefined;
  #draining = false;

  constructor(options: IngestProxyOptions) {
    this.#options = options;
    this.#context = { ...options.context, guesses: new GuessLimit(options.guesses) };
  }

  /** Publishers with a valid key. */
  get publishers(): number {
    return this.#publisherCount;
  }

  /** All connections, whether or not they publish. */
  get sessions(): number {
    return this.#sessions.size;
  }

  get draining(): boolean {
    return this.#draining;
  }

  start(): void {
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      for (const session of this.#sessions) session.tick(nowMs);
    }, routeTiming.linkEveryMs);
  }

  /** Takes over an accepted connection. */
  connected(connection: Connection, arrival: Arrival): void {
    const { context, maxSessions } = this.#options;
    if (this.#draining || this.#publisherCount >= maxSessions) {
      const cause = new Error(
        this.#draining ? 'the proxy is shutting down' : `the limit of ${maxSessions} publishers is reached`,
      );
      context.emit('ingest.connection.unserved', { client: connection.remote.host, cause });
      connection.abort();
      return;
    }
    const session = new RtmpSession(connection, this.#context, {
      arrival,
      admit: (stream) => this.#admit(stream),
      release: (stream) => this.#release(stream),
      over: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
    session.start();
  }

  #admit(stream: StreamId): Refusal | undefined {
    if (this.#publisherCount >= this.#options.maxSessions)
      return { reason: 'unavailable', detail: 'the ingest proxy is full' };
    const ofStream = this.#publishers.get(stream) ?? 0;
    if (ofStream >= mostPerStream) return { reason: 'busy', detail: `${ofStream} publishers use this key` };
    this.#publishers.set(stream, ofStream + 1);
    this.#publisherCount++;
    return undefined;
  }

  #release(stream: StreamId): void {
    const left = (this.#publishers.get(stream) ?? 0) - 1;
    if (left > 0) this.#publishers.set(stream, left);
    else this.#publishers.delete(stream);
    this.#publisherCount--;
  }

  /** Stops accepting connections; publishers may continue for `drainMs`, then they are asked to reconnect. */
  async stop(drainMs: number): Promise<void> {
    this.#draining = true;
    const { lingerMs } = this.#options.context.limits;
    await this.#emptyWithin(drainMs);
    for (const session of this.#sessions) session.dismiss();
    await this.#emptyWithin(lingerMs + 2 * routeTiming.linkEveryMs);
    for (const session of this.#sessions) session.abort();
    clearInterval(this.#timer);
  }

  async #emptyWithin(ms: number): Promise<void> {
    const deadlineMs = performance.now() + ms;
    while (this.#sessions.size > 0 && performance.now() < deadlineMs) await delay(25);
  }
}
