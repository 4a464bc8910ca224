import { setTimeout as delay } from 'node:timers/promises';
import type { RelayHello } from '../protocol/relay/hello.ts';
import { pauseMs, type RetryPolicy } from '../retry/policy/backoff.ts';
import type { MemberId } from '../routing/ids.ts';
import { RouteFailedError } from './errors.ts';
import type { PublisherStream, Replay } from './policy/publisher-stream.ts';
import type { WorkerLink } from './worker-link.ts';
import type { WorkerRouter } from './worker-router.ts';

/** Between two attempts to move away from a draining worker. Jittered, because all its publishers move. */
const movePause: RetryPolicy = { firstMs: 250, longestMs: 250, jitter: 0.2 };
/** One such attempt goes once through the workers, and takes so long at most until one of them is ready. */
const moveAttemptMs = 5_000;
/** Between two looks for a key frame. */
const pointPauseMs = 20;

export interface SearchLimits {
  /** To find a worker for a publisher that is not on air yet. */
  readonly routeMs: number;
  /** To find another worker for one that is. Meanwhile it is kept, and held back once nothing more can be kept of it. */
  readonly moveMs: number;
}

/** What a worker is told of the session, wherever its replay begins. */
export type SessionHello = Omit<RelayHello, 'chunkState' | 'firstFrame' | 'replayFromMs' | 'movesFrom'>;

export interface WorkerSearchOptions {
  readonly stream: PublisherStream;
  readonly router: Pick<WorkerRouter, 'open' | 'hasOther'>;
  readonly hello: SessionHello;
  readonly facts: { readonly session: string; readonly client: string; readonly stream: string };
  readonly limits: SearchLimits;
  readonly owner: SearchOwner;
}

/** How the publisher stands when it is asked. */
export interface SearchState {
  /** The worker that has the publisher, and drains. */
  readonly worker: MemberId | undefined;
  /** A worker to try last. */
  readonly avoid: MemberId | undefined;
  /** A worker had the publisher once. */
  readonly everAccepted: boolean;
  /** The publisher's part is over. */
  readonly finished: boolean;
}

/** The relay around the search. */
export interface SearchOwner {
  state(): SearchState;
  /** A worker accepted; `replay` is what it has to be sent first. */
  found(link: WorkerLink, replay: Replay, tookMs: number): void;
  failed(error: RouteFailedError): void;
  /** Another worker keeps room and waits for the lease of the one that drains. */
  standby(): void;
  /** That one did not take the publisher, or it did and `found` follows. */
  standbyOver(): void;
  /** Nobody took what was offered: the replay may begin later now. */
  withdrawn(): void;
}

/** Looks for a worker, beside one that drains where there is one, until it has one or the time is over. */
export class WorkerSearch {
  readonly #options: WorkerSearchOptions;
  readonly #gone = new AbortController();
  #isRunning = false;
  #sinceMs = 0;
  /** A worker has been told where its replay begins. */
  #offer: AbortController | undefined;

  constructor(options: WorkerSearchOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** A worker has been told where the replay begins: that beginning has to stand. */
  get hasOffered(): boolean {
    return this.#offer !== undefined;
  }

  /** Begins, or where it runs already gives it all of its time again: no worker has the publisher now. */
  start(): void {
    this.#sinceMs = performance.now();
    if (!this.#isRunning) void this.#run();
  }

  /** Takes back what a worker has been offered. */
  withdraw(): void {
    this.#offer?.abort();
  }

  abort(): void {
    this.#gone.abort();
  }

  async #run(): Promise<void> {
    const { owner } = this.#options;
    this.#isRunning = true;
    try {
      for (;;) {
        const found = await this.#attempt();
        const { finished, worker } = owner.state();
        const isLeftToOld = finished && worker !== undefined;
        if (found === undefined && !isLeftToOld) continue;
        this.#isRunning = false;
        if (found === undefined) return;
        this.#offer = undefined;
        owner.found(found.link, found.replay, Math.round(performance.now() - this.#sinceMs));
        return;
      }
    } catch (error) {
      if (!(error instanceof RouteFailedError)) throw error;
      this.#isRunning = false;
      owner.failed(error);
    }
  }

  /** Undefined: another attempt may succeed. */
  async #attempt(): Promise<{ link: WorkerLink; replay: Replay } | undefined> {
    const { router, stream, owner } = this.#options;
    const from = owner.state().worker;
    if (from !== undefined && !router.hasOther(from)) {
      await delay(pauseMs(movePause, 1, Math.random()));
      return undefined;
    }
    const deadlineMs = this.#deadlineMs(from);
    try {
      const replay = await this.#replayable(deadlineMs);
      const link = await this.#open(replay, deadlineMs, from);
      const now = stream.replay();
      if (now?.offset === replay.offset) return { link, replay: now };
      // The log overflowed meanwhile and begins elsewhere: what the worker was told does not hold.
      link.abort();
    } catch (error) {
      if (from === undefined || this.#gone.signal.aborted || !(error instanceof RouteFailedError))
        throw error;
      // The one that drains goes on meanwhile, or it has been left or lost: then the time that is left is the longer one.
      await delay(pauseMs(movePause, 1, Math.random()));
    } finally {
      owner.standbyOver();
    }
    this.#offer = undefined;
    owner.withdrawn();
    return undefined;
  }

  #deadlineMs(from: MemberId | undefined): number {
    const { limits, owner } = this.#options;
    if (from !== undefined) return performance.now() + moveAttemptMs;
    return this.#sinceMs + (owner.state().everAccepted ? limits.moveMs : limits.routeMs);
  }

  /** Waits for a point to begin at; there is none when more was read than the log holds, until the next key frame. */
  async #replayable(deadlineMs: number): Promise<Replay> {
    for (;;) {
      if (this.#gone.signal.aborted) throw new RouteFailedError('PUBLISHER_LEFT', 'The publisher left.');
      const replay = this.#options.stream.replay();
      if (replay !== undefined) return replay;
      if (performance.now() > deadlineMs) {
        throw new RouteFailedError('NO_WORKER', 'No key frame came to continue from on another encoder.');
      }
      await delay(pointPauseMs);
    }
  }

  async #open(replay: Replay, deadlineMs: number, from: MemberId | undefined): Promise<WorkerLink> {
    const { router, hello, facts, owner } = this.#options;
    const { everAccepted, avoid } = owner.state();
    this.#offer = new AbortController();
    const signal = AbortSignal.any([this.#gone.signal, this.#offer.signal]);
    const link = await router.open({
      hello: {
        ...hello,
        chunkState: replay.chunkState,
        firstFrame: replay.firstFrame,
        ...(everAccepted ? { replayFromMs: replay.fromMs } : {}),
        ...(from === undefined ? {} : { movesFrom: from }),
      },
      deadlineMs,
      signal,
      ...(from === undefined ? {} : { once: true, onStandby: () => owner.standby() }),
      avoid,
      facts,
    });
    if (!signal.aborted) return link;
    link.abort();
    throw new RouteFailedError('PUBLISHER_LEFT', 'The publisher left.');
  }
}
