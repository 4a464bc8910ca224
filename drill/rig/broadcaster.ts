import { setTimeout as sleep } from 'node:timers/promises';
import { whenInterrupted } from '../../testkit/cleanup.ts';
import { Publisher } from '../../testkit/media/publisher.ts';
import { frameRate, framesOfSession } from './frame-numbers.ts';
import type { Recordings } from './recordings.ts';

export const defaultSize = '640x360';

export interface BroadcasterOptions {
  /** Where to publish, including the key. Read at each attempt. */
  readonly url: string | (() => string);
  /** How long each session lasts if nothing ends it. */
  readonly seconds: number;
  /** @default {@link defaultSize} */
  readonly size?: string;
  /** What it sends, of that size. @default it encodes while it sends */
  readonly recordings?: Recordings;
  /** @default 1000, like the first retry of encoders */
  readonly retryAfterMs?: number;
  /** Number of its first session; each later one gets the next. @default 0 */
  readonly firstSession?: number;
  /** Called when a session begins and when it ends. */
  readonly onSession?: (session: number, state: 'connecting' | 'lost' | 'finished') => void;
}

/**
 * A typical encoder: sends until its time is up, and reconnects when cut off. Its frames are numbered from `session ×
 * framesOfSession` on.
 */
export class Broadcaster implements AsyncDisposable {
  /** Resolves when a session ends on its own. */
  readonly finished: Promise<void>;
  readonly #options: BroadcasterOptions;
  readonly #settled: () => void;
  #publisher?: Publisher;
  #session: number;
  #stopped = false;

  constructor(options: BroadcasterOptions) {
    this.#options = options;
    this.#session = options.firstSession ?? 0;
    this.#settled = whenInterrupted(() => this.stop());
    this.finished = this.#publish();
  }

  /** The current session, or the last one. */
  get session(): number {
    return this.#session;
  }

  /** The current ffmpeg, for faults aimed at it. */
  get pid(): number | undefined {
    return this.#publisher?.process.pid;
  }

  /** Ends the broadcast like a person would, and doesn't reconnect. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#publisher?.stop();
    this.#settled();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #publish(): Promise<void> {
    const { url, seconds, size = defaultSize, recordings, retryAfterMs = 1000, onSession } = this.#options;
    for (; !this.#stopped; this.#session++) {
      const recording = await recordings?.file(this.#session);
      if (this.#stopped) return;
      onSession?.(this.#session, 'connecting');
      this.#publisher = new Publisher({
        url: typeof url === 'string' ? url : url(),
        seconds,
        size,
        rate: frameRate,
        firstFrame: this.#session * framesOfSession,
        ...(recording === undefined ? {} : { recording }),
      });
      const finished = (await this.#publisher.ended()) === 0;
      onSession?.(this.#session, finished ? 'finished' : 'lost');
      if (finished || this.#stopped) return;
      await sleep(retryAfterMs);
    }
  }
}
