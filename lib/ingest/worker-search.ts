import { setTimeout as delay } from 'node:timers/promises';
import type { RelayHello } from '../protocol/relay/hello.ts';
import { pauseMs } from '../retry/policy/backoff.ts';
import type { MemberId } from '../routing/ids.ts';
import { PublisherLeftError, RouteFailedError } from './errors.ts';
import type { PublisherStream, Replay } from './policy/publisher-stream.ts';
import { routeTiming } from './policy/route-timing.ts';
import type { WorkerLink } from './worker-link.ts';
import type { LostWorker, WorkerRouter } from './worker-router.ts';

/** Pause between two checks for a key frame. */
const pointPauseMs = 20;

export interface SearchLimits {
  /** Time to find a worker for a publisher that isn't live yet. */
  readonly routeMs: number;
  /** Time to find another worker for a live one. Meanwhile its media is kept, and reading pauses once no more can be kept. */
  readonly moveMs: number;
}

/** What a worker is told about the session, wherever its replay begins. */
export type SessionHello = Pick<
  RelayHello,
  'client' | 'server' | 'streamId' | 'sessionId' | 'proxyId' | 'publish'
>;

export interface WorkerSearchOptions {
  readonly stream: PublisherStream;
  readonly router: Pick<WorkerRouter, 'open' | 'hasOther'>;
  readonly hello: SessionHello;
  readonly facts: { readonly session: string; readonly client: string; readonly stream: string };
  readonly limits: SearchLimits;
  readonly owner: SearchOwner;
}

/** The publisher's current state. */
export interface SearchState {
  /** The draining worker that has the publisher. */
  readonly worker: MemberId | undefined;
  /** A worker to try last. */
  readonly avoid: MemberId | undefined;
  /** The worker whose link broke, unless it was draining. */
  readonly lost: LostWorker | undefined;
  /** Stream times (ms) at which an encoder that continues forces key frames; empty if no parts are out. */
  readonly keyFramesAtMs: readonly number[];
  /** A worker has accepted the publisher at least once. */
  readonly everAccepted: boolean;
  /** The publisher is done. */
  readonly finished: boolean;
}

/** How a search ends without a worker. */
export type SearchFailure = RouteFailedError | PublisherLeftError;

const isFailure = (error: unknown): error is SearchFailure =>
  error instanceof RouteFailedError || error instanceof PublisherLeftError;

/** The relay around the search. */
export interface SearchOwner {
  state(): SearchState;
  /** A worker accepted; send it `replay` first. */
  found(link: WorkerLink, replay: Replay, tookMs: number): void;
  failed(error: SearchFailure): void;
  /** Another worker has reserved room and waits for the draining one's lease. */
  standby(): void;
  /** That worker did not take the publisher, or it did and `found` follows. */
  standbyOver(): void;
  /** Nobody accepted the offer: the replay may begin later now. */
  withdrawn(): void;
}

/** Looks for a worker, alongside a draining one if there is one, until it succeeds or time runs out. */
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

  /** A worker has been told where the replay begins: that point must not move. */
  get hasOffered(): boolean {
    return this.#offer !== undefined;
  }

  /** Starts, or restarts the full time limit if already running: no worker has the publisher now. */
  start(): void {
    this.#sinceMs = performance.now();
    if (!this.#isRunning) void this.#run();
  }

  /** Withdraws the offer made to a worker. */
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
      if (!isFailure(error)) throw error;
      this.#isRunning = false;
      owner.failed(error);
    }
  }

  /** Returns undefined if another attempt may succeed. */
  async #attempt(): Promise<{ link: WorkerLink; replay: Replay } | undefined> {
    const { router, stream, owner } = this.#options;
    const from = owner.state().worker;
    if (from !== undefined && !router.hasOther(from)) {
      await delay(pauseMs(routeTiming.betweenMoves, 1, Math.random()));
      return undefined;
    }
    const deadlineMs = this.#deadlineMs(from);
    try {
      const replay = await this.#replayable(deadlineMs);
      const link = await this.#open(replay, deadlineMs, from);
      const now = stream.replay();
      if (now?.offset === replay.offset) return { link, replay: now };
      // The log overflowed meanwhile and begins elsewhere: what the worker was told is no longer true.
      link.abort();
    } catch (error) {
      if (from === undefined || this.#gone.signal.aborted || !isFailure(error)) throw error;
      // The draining worker continues meanwhile, or it has been left or lost: then the longer time limit applies.
      await delay(pauseMs(routeTiming.betweenMoves, 1, Math.random()));
    } finally {
      owner.standbyOver();
    }
    this.#offer = undefined;
    owner.withdrawn();
    return undefined;
  }

  #deadlineMs(from: MemberId | undefined): number {
    const { limits, owner } = this.#options;
    if (from !== undefined) return performance.now() + routeTiming.moveAttemptMs;
    return this.#sinceMs + (owner.state().everAccepted ? limits.moveMs : limits.routeMs);
  }

  /** Waits for a point to begin at; if more was read than the log holds, there is none until the next key frame. */
  async #replayable(deadlineMs: number): Promise<Replay> {
    for (;;) {
      if (this.#gone.signal.aborted) throw new PublisherLeftError();
      const replay = this.#options.stream.replay();
      if (replay !== undefined) return replay;
      if (performance.now() > deadlineMs) {
        const detail = 'no key frame came to continue from on another encoder';
        throw new RouteFailedError({ reason: 'unavailable', detail });
      }
      await delay(pointPauseMs);
    }
  }

  async #open(replay: Replay, deadlineMs: number, from: MemberId | undefined): Promise<WorkerLink> {
    const { router, hello, facts, owner } = this.#options;
    const { everAccepted, avoid, lost, keyFramesAtMs } = owner.state();
    this.#offer = new AbortController();
    const signal = AbortSignal.any([this.#gone.signal, this.#offer.signal]);
    const link = await router.open({
      hello: {
        ...hello,
        chunkState: replay.chunkState,
        firstFrame: replay.firstFrame,
        ...(everAccepted ? { replayFromMs: replay.fromMs } : {}),
        ...(from === undefined ? {} : { movesFrom: from }),
        ...(keyFramesAtMs.length === 0 ? {} : { keyFramesAtMs }),
        dropsUnknownFrames: true,
      },
      deadlineMs,
      signal,
      ...(from === undefined ? {} : { once: true, onStandby: () => owner.standby() }),
      avoid,
      lost,
      facts,
    });
    if (!signal.aborted) return link;
    link.abort();
    throw new PublisherLeftError();
  }
}
