import { setTimeout as delay } from 'node:timers/promises';
import type { LinkFrame } from '../protocol/relay/link-frames.ts';
import type { RtmpMessage } from '../protocol/rtmp/chunk-reader.ts';
import type { StatusLevel } from '../protocol/rtmp/commands.ts';
import type { Handover } from '../protocol/rtmp/publish-session.ts';
import type { MemberId, SessionId, StreamId } from '../routing/ids.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { RouteFailedError } from './errors.ts';
import { Gathered } from './policy/gathered.ts';
import { LinkWatch, type LinkWatchLimits } from './policy/link-watch.ts';
import { PublisherStream, type Replay } from './policy/publisher-stream.ts';
import { ReadCursor, type ReadMemory } from './policy/read-memory.ts';
import type { Connection } from './ports.ts';
import type { WorkerLink } from './worker-link.ts';
import type { WorkerRouter } from './worker-router.ts';

/** Room in the log for a read that is under way. */
const roomBytes = 512 * 1024;

export interface RelayLimits extends LinkWatchLimits {
  /** The most that is kept of a publisher for a replay, in bytes. 0 keeps nothing. */
  readonly replayMaxBytes: number;
  /** To find a worker, at first and again. */
  readonly routeMs: number;
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
  /** A link that we left because its worker drains; it may still confirm. */
  #leaving: WorkerLink | undefined;
  #attaching = false;
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
    } else if (this.#isLogFull()) this.#options.publisher.pause();
  }

  /** Without a link the bytes wait in the log; before it overflows the publisher must wait too. */
  #isLogFull(): boolean {
    const { replayMaxBytes } = this.#options.limits;
    const room = replayMaxBytes - this.#stream.heldBytes;
    return this.#stream.canReplay && room < Math.min(roomBytes, replayMaxBytes / 2);
  }

  #stall(link: WorkerLink): void {
    this.#options.publisher.pause();
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
    if (this.#link !== undefined) this.#endLink(this.#link);
    // While it moves to another worker, what is not published still goes there; without any worker yet there is nothing.
    else if (!this.#everAccepted) this.abort();
  }

  #endLink(link: WorkerLink): void {
    this.#flushSinceMs = performance.now();
    link.end();
  }

  async #attach(): Promise<void> {
    const startedMs = performance.now();
    const deadlineMs = startedMs + this.#options.limits.routeMs;
    this.#attaching = true;
    try {
      for (;;) {
        const replay = await this.#replayable(deadlineMs);
        const link = await this.#open(replay, deadlineMs);
        const now = this.#stream.replay();
        // The log overflowed meanwhile and begins elsewhere: what the worker was told does not hold.
        if (now?.offset !== replay.offset) link.abort();
        else {
          this.#attached(link, now, performance.now() - startedMs);
          return;
        }
      }
    } catch (error) {
      if (!(error instanceof RouteFailedError)) throw error;
      this.#routeFailed(error);
    } finally {
      this.#attaching = this.#link === undefined && !this.#gone.signal.aborted;
    }
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

  async #open(replay: Replay, deadlineMs: number): Promise<WorkerLink> {
    const { publisher, streamId, sessionId, proxyId, publish, router } = this.#options;
    const link = await router.open({
      hello: {
        client: { address: publisher.remote.host, port: publisher.remote.port },
        server: { address: publisher.local.host, port: publisher.local.port },
        streamId,
        sessionId,
        proxyId,
        chunkState: replay.chunkState,
        ...(this.#everAccepted ? { replayFromMs: replay.fromMs } : {}),
        publish: { app: publish.app, flashVer: publish.flashVer, tcUrl: publish.tcUrl },
      },
      deadlineMs,
      signal: this.#gone.signal,
      avoid: this.#avoid,
      facts: this.#facts,
    });
    if (!this.#gone.signal.aborted) return link;
    link.abort();
    throw new RouteFailedError('PUBLISHER_LEFT', 'The publisher left.');
  }

  #attached(link: WorkerLink, replay: Replay, tookMs: number): void {
    const { emit, owner, publisher } = this.#options;
    const { worker, broadcastId: broadcast, epoch } = link;
    const facts = { ...this.#facts, worker, broadcast, epoch, tookMs: Math.round(tookMs) };
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
    if (ready) publisher.resume();
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
    else if (frame.type === 'draining') this.#leave(link);
    else if (frame.type === 'end') this.#workerEnded(frame.reason);
  }

  #confirmed(timeMs: number): void {
    this.#confirmedMs = Math.max(this.#confirmedMs, timeMs);
    if (this.#link === undefined) return;
    this.#stream.publishedThrough(timeMs);
    this.#overflowed = false;
  }

  /** The worker drains: it gets no more, so that it publishes what it has and lets the lease go. */
  #leave(link: WorkerLink): void {
    if (this.#finished || !this.#options.router.hasOther(link.worker)) return;
    this.#flush();
    this.#link = undefined;
    this.#leaving = link;
    link.end();
    this.#move(link);
  }

  /** `reason`: why the link broke; undefined where its worker is about to stop. */
  #move(from: WorkerLink, reason?: string): void {
    this.#options.publisher.resume();
    const facts = { ...this.#facts, worker: from.worker };
    if (reason === undefined) this.#options.emit('ingest.worker.leaving', facts);
    else this.#options.emit('ingest.worker.lost', { ...facts, reason });
    void this.#attach();
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
    this.#options.publisher.resume();
  }

  #linkClosed(link: WorkerLink, reason: string): void {
    if (link === this.#leaving) this.#leaving = undefined;
    if (link !== this.#link) return;
    this.#link = undefined;
    // After the publisher's end the worker closes when it has taken everything.
    if (this.#finished) this.abort();
    else this.#move(link, reason);
  }

  /** Memory goes to the next reader only where no read and no write can still touch it. */
  #release(block: Buffer): void {
    const writing =
      !this.#pending.empty || this.#leaving !== undefined || (this.#link?.backlogBytes ?? 0) > 0;
    if (!writing && block !== this.#cursor.block) this.#options.memory.release(block);
  }
}
