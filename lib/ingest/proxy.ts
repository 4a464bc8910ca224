import { setTimeout as delay } from 'node:timers/promises';
import { defaultReplayMaxBytes } from '../config/defaults.ts';
import type { Connection } from '../net/socket.ts';
import { GuessLimit, type GuessLimits } from './policy/guess-limit.ts';
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
  flushMs: 10_000,
};

const tickMs = 250;

export interface IngestProxyOptions {
  readonly context: Omit<SessionContext, 'guesses'>;
  /** How answers to wrong keys are spaced. */
  readonly guesses?: GuessLimits | undefined;
  /** Further connections are closed on arrival. */
  readonly maxSessions: number;
}

/** All publish sessions of one process. */
export class IngestProxy {
  readonly #options: IngestProxyOptions;
  readonly #context: SessionContext;
  readonly #sessions = new Set<RtmpSession>();
  #timer: NodeJS.Timeout | undefined;
  #draining = false;

  constructor(options: IngestProxyOptions) {
    this.#options = options;
    this.#context = { ...options.context, guesses: new GuessLimit(options.guesses) };
  }

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
    }, tickMs);
  }

  /** Takes over an accepted connection. */
  connected(connection: Connection): void {
    const { context, maxSessions } = this.#options;
    if (this.#draining || this.#sessions.size >= maxSessions) {
      const cause = new Error(
        this.#draining ? 'the proxy is shutting down' : `the limit of ${maxSessions} sessions is reached`,
      );
      context.emit('ingest.connection.unserved', { client: connection.remote.host, cause });
      connection.abort();
      return;
    }
    const session = new RtmpSession(connection, this.#context, () => this.#sessions.delete(session));
    this.#sessions.add(session);
    session.start();
  }

  /** Stops accepting connections; publishers may continue for `drainMs`, then they are asked to reconnect. */
  async stop(drainMs: number): Promise<void> {
    this.#draining = true;
    const { lingerMs } = this.#options.context.limits;
    await this.#emptyWithin(drainMs);
    for (const session of this.#sessions) session.dismiss();
    await this.#emptyWithin(lingerMs + 2 * tickMs);
    for (const session of this.#sessions) session.abort();
    clearInterval(this.#timer);
  }

  async #emptyWithin(ms: number): Promise<void> {
    const deadlineMs = performance.now() + ms;
    while (this.#sessions.size > 0 && performance.now() < deadlineMs) await delay(25);
  }
}
