import { setTimeout as delay } from 'node:timers/promises';
import type { LinkFrame } from '../protocol/relay/link-frames.ts';
import type { RtmpMessage } from '../protocol/rtmp/chunk-reader.ts';
import type { StatusLevel } from '../protocol/rtmp/commands.ts';
import type { Handover } from '../protocol/rtmp/publish-session.ts';
import type { MemberId, SessionId, StreamId } from '../routing/ids.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { RouteFailedError } from './errors.ts';
import { Gathered } from './policy/gathered.ts';
import { LeaveWatch } from './policy/leave-watch.ts';
import { LinkWatch, type LinkWatchLimits } from './policy/link-watch.ts';
import { PublisherStream, type Replay } from './policy/publisher-stream.ts';
import { ReadCursor, type ReadMemory } from './policy/read-memory.ts';
import type { Connection } from './ports.ts';
import type { WorkerLink } from './worker-link.ts';
import type { WorkerRouter } from './worker-router.ts';

/** Room in the log for a read that is under way. */
const roomBytes = 512 * 1024;
/** Between two attempts to move away from a worker that drains. */
const movePauseMs = 250;
/** One such attempt goes once through the workers, and takes so long at most until one of them is ready. */
const moveAttemptMs = 5_000;

export interface RelayLimits extends LinkWatchLimits {
  /** The most that is kept of a publisher for a replay, in bytes. 0 keeps nothing. */
  readonly replayMaxBytes: number;
  /** To find a worker for a publisher that is not on air yet. */
  readonly routeMs: number;
  /** To find another worker for one that is. Meanwhile it is kept, and held back once nothing more can be kept of it. */
  readonly moveMs: number;
  /** For the worker to take the last bytes after the publisher ended. */
  readonly flushMs: number;
}

export interface RelayOptions {
  readonly publisher: Connection;
  readonly handover: Handover;
  readonly streamId: StreamId;
  readonly sessionId: SessionId;
  readonly proxyId: MemberId;
  readonly publish: { readonly app: string; readonly flashVer?: string; readonly tcUrl?: string };
  readonly memory: ReadMemory;
  readonly router: WorkerRouter;
  readonly emit: EmitEvent;
  readonly limits: RelayLimits;
  readonly owner: RelayOwner;
}

/** The session around the relay: it speaks to the publisher. */
export interface RelayOwner {
  /** The first worker accepted. */
  accepted(): void;
  reply(messages: readonly RtmpMessage[]): void;
  status(level: StatusLevel, code: string, description: string): void;
  /** The publisher's part is over and it is to be closed, after a status where one is given. Once. */
  finish(code: string, reason: string, status?: { level: StatusLevel; code: string }): void;
}

/**
 * Moves a publisher's bytes to its worker, as they are, and keeps what is not published. When the link breaks or the
 * worker drains, the publisher stays and another worker gets the rest (invariant 5).
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #stream: PublisherStream;
  readonly #cursor: ReadCursor;
  readonly #facts: { session: string; client: string; stream: string };
  readonly #gone = new AbortController();
  #link: WorkerLink | undefined;
  /** Set while the worker of `#link` drains: the publisher stays with it until another one is ready. */
  #drains: WorkerLink | undefined;
  #leave: LeaveWatch | undefined;
  /** A link that we left because its worker drains; it may still confirm. */
  #leaving: WorkerLink | undefined;
  #attaching = false;
  #attachSinceMs = 0;
  /** A worker has been told where its replay begins. */
  #offered: AbortController | undefined;
  #holdsPublisher = false;
  #everAccepted = false;
  /** Read, and not written to the link. */
  readonly #pending = new Gathered();
  /** Confirmed while a new link is being opened: applied after it, so that its starting point stands. */
  #confirmedMs = 0;
  #finished = false;
  #flushSinceMs: number | undefined;
  #overflowed = false;
  #watch: LinkWatch;
  #avoid: MemberId | undefined;

  constructor(options: RelayOptions) {
    const { handover, limits, memory, publisher } = options;
    this.#options = options;
    this.#watch = new LinkWatch(limits, performance.now());
    this.#cursor = new ReadCursor(memory);
    this.#facts = { session: options.sessionId, client: publisher.remote.host, stream: options.streamId };
    this.#stream = new PublisherStream({
      chunkState: handover.chunkState,
      acknowledgement: handover.acknowledgement,
      replayMaxBytes: limits.replayMaxBytes,
      release: (block) => this.#release(block),
    });
    if (handover.rest.length > 0) this.#take(handover.rest, true);
  }

  get worker(): MemberId | undefined {
    return this.#link?.worker;
  }

  /** Looks for the first worker. The publisher is paused until then. */
  start(): void {
    void this.#attach();
  }

  into(): Uint8Array {
    return this.#cursor.target();
  }

  data(bytes: Buffer): void {
    if (!this.#finished) this.#take(bytes);
  }

  batchEnded(): void {
    this.#flush();
    if (this.#stream.unpublished) this.#publisherEnded('UNPUBLISHED', 'the publisher ended its stream');
  }

  /** The publisher half-closed or is gone. */
  publisherLeft(reason: string): void {
    this.#flush();
    this.#publisherEnded('PUBLISHER_LEFT', reason);
  }

  /** The publisher broke the protocol: what came before the fault is published. */
  broken(code: string, reason: string): void {
    this.#pending.take();
    this.#publisherEnded(code, reason);
  }

  /** The publisher is not read, because its worker is behind or there is none. */
  get holdsPublisher(): boolean {
    return this.#holdsPublisher;
  }

  /** Something is still to be brought to a worker, or confirmed by it. */
  get active(): boolean {
    return this.#attaching || this.#link !== undefined || this.#leaving !== undefined;
  }

  /** Looks after deadlines; called now and then. */
  tick(nowMs: number): void {
    if (this.#flushSinceMs !== undefined && nowMs - this.#flushSinceMs > this.#options.limits.flushMs)
      this.abort();
    const link = this.#link;
    if (link === undefined || this.#finished) return;
    if (this.#leaveIfDue()) return;
    const lives = this.#options.router.lives(link.worker);
    const stalled = this.#watch.isStalled(link.backlogBytes, nowMs);
    if (!stalled && !this.#watch.isSilent(lives, nowMs)) return;
    this.#avoid = link.worker;
    link.abort();
  }

  /** Lets go of everything at once. */
  abort(): void {
    this.#finished = true;
    this.#flushSinceMs = undefined;
    this.#gone.abort();
    this.#link?.abort();
    this.#leaving?.abort();
    this.#link = undefined;
    this.#leaving = undefined;
    this.#pending.take();
    this.#stream.clear();
  }

  #take(bytes: Buffer, counted = false): void {
    if (this.#cursor.took(bytes)) this.#keep(bytes, counted);
    else this.#cursor.copy(bytes, (copied) => this.#keep(copied, counted));
  }

  #keep(bytes: Buffer, counted: boolean): void {
    this.#pending.add(bytes);
    const { replies, overflowed } = this.#stream.take(bytes, { memory: this.#cursor.block, counted });
    if (replies.length > 0) this.#options.owner.reply(replies);
    if (overflowed) this.#overflow();
  }

  #flush(): void {
    if (this.#pending.empty) return;
    const pieces = this.#pending.take();
    if (this.#link !== undefined) {
      if (!this.#link.write(...pieces)) this.#stall(this.#link);
      this.#leaveIfDue();
    } else if (this.#isLogFull()) this.#hold();
  }

  #hold(): void {
    this.#holdsPublisher = true;
    this.#options.publisher.pause();
  }

  #resume(): void {
    this.#holdsPublisher = false;
    this.#options.publisher.resume();
  }

  /** Without a link the bytes wait in the log; before it overflows the publisher must wait too. */
  #isLogFull(): boolean {
    const { replayMaxBytes } = this.#options.limits;
    const room = replayMaxBytes - this.#stream.heldBytes;
    return this.#stream.canReplay && room < Math.min(roomBytes, replayMaxBytes / 2);
  }

  #stall(link: WorkerLink): void {
    this.#hold();
    this.#watch.behind(link.backlogBytes, performance.now());
  }

  #overflow(): void {
    if (this.#overflowed || this.#options.limits.replayMaxBytes === 0) return;
    this.#overflowed = true;
    this.#options.emit('ingest.replay.overflowed', { ...this.#facts, heldBytes: this.#stream.heldBytes });
  }

  #publisherEnded(code: string, reason: string): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#options.owner.finish(code, reason);
    if (this.#link !== undefined) {
      // What is left goes to the worker that has everything else.
      this.#offered?.abort();
      this.#endLink(this.#link);
    }
    // While it moves to another worker, what is not published still goes there; without any worker yet there is nothing.
    else if (!this.#everAccepted) this.abort();
  }

  #endLink(link: WorkerLink): void {
    this.#flushSinceMs = performance.now();
    link.end();
  }

  /** Looks for a worker, beside one that drains where there is one, until it has one or the time is over. */
  async #attach(): Promise<void> {
    this.#attaching = true;
    this.#attachSinceMs = performance.now();
    try {
      for (;;) {
        const found = await this.#find();
        const leftToOld = this.#finished && this.#link !== undefined;
        if (found === undefined && !leftToOld) continue;
        this.#attaching = false;
        if (found !== undefined) this.#attached(found.link, found.replay);
        return;
      }
    } catch (error) {
      if (!(error instanceof RouteFailedError)) throw error;
      this.#attaching = false;
      this.#routeFailed(error);
    }
  }

  /** Undefined: another attempt may succeed. */
  async #find(): Promise<{ link: WorkerLink; replay: Replay } | undefined> {
    const { router, limits } = this.#options;
    const from = this.#link?.worker;
    if (from !== undefined && !router.hasOther(from)) {
      await delay(movePauseMs);
      return undefined;
    }
    const deadlineMs =
      from === undefined
        ? this.#attachSinceMs + (this.#everAccepted ? limits.moveMs : limits.routeMs)
        : performance.now() + moveAttemptMs;
    try {
      const replay = await this.#replayable(deadlineMs);
      const link = await this.#open(replay, deadlineMs, from);
      const now = this.#stream.replay();
      if (now?.offset === replay.offset) return { link, replay: now };
      // The log overflowed meanwhile and begins elsewhere: what the worker was told does not hold.
      link.abort();
    } catch (error) {
      if (from === undefined || this.#gone.signal.aborted || !(error instanceof RouteFailedError))
        throw error;
      // The one that drains goes on meanwhile, or it has been left or lost: then the time that is left is the longer one.
      await delay(movePauseMs);
    } finally {
      this.#leave = undefined;
    }
    this.#withdraw();
    return undefined;
  }

  /** Nobody took the replay: it may begin later now. */
  #withdraw(): void {
    this.#offered = undefined;
    if (this.#link !== undefined && this.#confirmedMs > 0) this.#stream.publishedThrough(this.#confirmedMs);
  }

  /** Waits for a point to begin at; there is none when more was read than the log holds, until the next key frame. */
  async #replayable(deadlineMs: number): Promise<Replay> {
    for (;;) {
      if (this.#gone.signal.aborted) throw new RouteFailedError('PUBLISHER_LEFT', 'The publisher left.');
      const replay = this.#stream.replay();
      if (replay !== undefined) return replay;
      if (performance.now() > deadlineMs) {
        throw new RouteFailedError('NO_WORKER', 'No key frame came to continue from on another encoder.');
      }
      await delay(20);
    }
  }

  async #open(replay: Replay, deadlineMs: number, from: MemberId | undefined): Promise<WorkerLink> {
    const { publisher, streamId, sessionId, proxyId, publish, router } = this.#options;
    const offered = new AbortController();
    this.#offered = offered;
    const signal = AbortSignal.any([this.#gone.signal, offered.signal]);
    const link = await router.open({
      hello: {
        client: { address: publisher.remote.host, port: publisher.remote.port },
        server: { address: publisher.local.host, port: publisher.local.port },
        streamId,
        sessionId,
        proxyId,
        chunkState: replay.chunkState,
        ...(this.#everAccepted ? { replayFromMs: replay.fromMs } : {}),
        ...(from === undefined ? {} : { movesFrom: from }),
        publish: { app: publish.app, flashVer: publish.flashVer, tcUrl: publish.tcUrl },
      },
      deadlineMs,
      signal,
      ...(from === undefined ? {} : { once: true, onStandby: () => this.#standby() }),
      avoid: this.#avoid,
      facts: this.#facts,
    });
    if (!signal.aborted) return link;
    link.abort();
    throw new RouteFailedError('PUBLISHER_LEFT', 'The publisher left.');
  }

  /** Another worker is ready: the one that drains is left at the next key frame. */
  #standby(): void {
    if (this.#link !== undefined) this.#leave = new LeaveWatch(this.#stream.pointMs, performance.now());
  }

  #leaveIfDue(): boolean {
    const isDue = this.#leave?.isDue(this.#stream.pointMs, performance.now()) === true;
    if (isDue) this.#leaveLink();
    return isDue;
  }

  /** It gets no more, so that it publishes what it has and lets the lease go. */
  #leaveLink(): void {
    const link = this.#link;
    this.#leave = undefined;
    if (link === undefined) return;
    this.#flush();
    this.#link = undefined;
    this.#leaving = link;
    link.end();
    this.#resume();
  }

  #attached(link: WorkerLink, replay: Replay): void {
    const { emit, owner } = this.#options;
    const { worker, broadcastId: broadcast, epoch } = link;
    const tookMs = Math.round(performance.now() - this.#attachSinceMs);
    const facts = { ...this.#facts, worker, broadcast, epoch, tookMs };
    // A worker that drained had let go before the new one had to wait for it.
    this.#leaveLink();
    this.#drains = undefined;
    this.#offered = undefined;
    this.#link = link;
    this.#avoid = undefined;
    this.#watch = new LinkWatch(this.#options.limits, performance.now());
    this.#pending.take();
    const ready = link.write(...replay.pieces);
    if (this.#everAccepted) {
      const replayedBytes = replay.pieces.reduce((sum, { length }) => sum + length, 0);
      emit('ingest.worker.changed', { ...facts, replayFromMs: replay.fromMs, replayedBytes });
    } else {
      this.#everAccepted = true;
      emit('ingest.publish.started', facts);
      owner.accepted();
    }
    if (ready) this.#resume();
    else this.#stall(link);
    if (this.#confirmedMs > 0) this.#stream.publishedThrough(this.#confirmedMs);
    if (this.#finished) this.#endLink(link);
    link.listen({
      frame: (frame) => this.#frame(link, frame),
      drained: () => this.#drained(link),
      closed: (reason) => this.#linkClosed(link, reason),
    });
  }

  #routeFailed(error: RouteFailedError): void {
    if (this.#finished) {
      this.abort();
      return;
    }
    this.#finished = true;
    this.abort();
    const code = error.code === 'STREAM_BUSY' ? 'NetStream.Publish.BadName' : 'NetStream.Publish.Failed';
    this.#options.owner.finish(error.code, error.message, { level: 'error', code });
  }

  #frame(link: WorkerLink, frame: LinkFrame): void {
    if (frame.type === 'published-through') this.#confirmed(frame.timestampMs);
    if (link !== this.#link) return;
    this.#watch.heard(performance.now());
    if (frame.type === 'status') this.#options.owner.status(frame.level, frame.code, frame.description);
    else if (frame.type === 'draining') this.#workerDrains(link);
    else if (frame.type === 'end') this.#workerEnded(frame.reason);
  }

  #confirmed(timeMs: number): void {
    this.#confirmedMs = Math.max(this.#confirmedMs, timeMs);
    if (this.#link === undefined || this.#offered !== undefined) return;
    this.#stream.publishedThrough(timeMs);
    this.#overflowed = false;
  }

  /** It goes on with the publisher until another worker is ready. */
  #workerDrains(link: WorkerLink): void {
    if (this.#finished || this.#drains === link) return;
    this.#drains = link;
    this.#options.emit('ingest.worker.leaving', { ...this.#facts, worker: link.worker });
    void this.#attach();
  }

  #lost(from: WorkerLink, reason: string): void {
    this.#resume();
    this.#options.emit('ingest.worker.lost', { ...this.#facts, worker: from.worker, reason });
    this.#leave = undefined;
    if (this.#attaching) this.#attachSinceMs = performance.now();
    else void this.#attach();
  }

  #workerEnded(reason: string): void {
    if (this.#finished) return;
    this.#finished = true;
    this.abort();
    this.#options.owner.finish('WORKER_ENDED', reason, {
      level: 'status',
      code: 'NetStream.Unpublish.Success',
    });
  }

  #drained(link: WorkerLink): void {
    if (link !== this.#link) return;
    this.#watch.caughtUp();
    this.#resume();
  }

  #linkClosed(link: WorkerLink, reason: string): void {
    if (link === this.#leaving) this.#leaving = undefined;
    if (link !== this.#link) return;
    this.#link = undefined;
    // After the publisher's end the worker closes when it has taken everything.
    if (this.#finished) this.abort();
    else this.#lost(link, reason);
  }

  /** Memory goes to the next reader only where no read and no write can still touch it. */
  #release(block: Buffer): void {
    const writing =
      !this.#pending.empty || this.#leaving !== undefined || (this.#link?.backlogBytes ?? 0) > 0;
    if (!writing && block !== this.#cursor.block) this.#options.memory.release(block);
  }
}
