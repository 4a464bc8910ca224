import type { Connection } from '../net/socket.ts';
import type { Refusal } from '../protocol/refusals.ts';
import type { LinkFrame } from '../protocol/relay/link-frames.ts';
import type { RtmpMessage } from '../protocol/rtmp/chunk-reader.ts';
import type { StatusLevel } from '../protocol/rtmp/commands.ts';
import type { Handover } from '../protocol/rtmp/server-session.ts';
import type { MemberId, SessionId, StreamId } from '../routing/ids.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { RouteFailedError } from './errors.ts';
import { LinkInUse } from './link-in-use.ts';
import { keyFrameTimes } from './policy/key-frame-times.ts';
import type { LinkWatchLimits } from './policy/link-watch.ts';
import { LossWatch } from './policy/loss-watch.ts';
import type { PublisherStream, Replay } from './policy/publisher-stream.ts';
import type { ReadMemory } from './policy/read-memory.ts';
import { type FeedLimits, PublisherFeed } from './publisher-feed.ts';
import type { WorkerLink } from './worker-link.ts';
import type { LostWorker, WorkerRouter } from './worker-router.ts';
import { type SearchFailure, type SearchLimits, type SessionHello, WorkerSearch } from './worker-search.ts';

export interface RelayLimits extends FeedLimits, SearchLimits, LinkWatchLimits {
  /** How long the worker may take to read the last bytes after the publisher has ended. */
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
  readonly router: Pick<WorkerRouter, 'open' | 'hasOther' | 'lives' | 'leaseOf'>;
  readonly emit: EmitEvent;
  readonly limits: RelayLimits;
  readonly owner: RelayOwner;
}

/** The session around the relay, which talks to the publisher. */
export interface RelayOwner {
  /** The first worker accepted. */
  accepted(): void;
  reply(messages: readonly RtmpMessage[]): void;
  status(level: StatusLevel, code: string, description: string): void;
  /** The publisher is done: close it, after sending `status` if given. Called once. */
  finish(code: string, reason: string, status?: { level: StatusLevel; code: string }): void;
  /** The publisher ended its stream and may begin another on this connection: instead of `finish`. */
  unpublished(after: PublisherStream['afterEnd']): void;
  /** No worker takes the publisher, or nothing it sends can be read any more: instead of `finish`. */
  refuse(refusal: Refusal): void;
}

/**
 * Moves a publisher's bytes to its worker unchanged. When the link breaks or the worker drains, the publisher stays and
 * another worker gets the rest (invariant 5). This class decides what happens when; {@link PublisherFeed} has the bytes,
 * {@link WorkerSearch} finds a worker, and {@link LinkInUse} is the current link.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #facts: { session: string; client: string; stream: string };
  readonly #feed: PublisherFeed;
  readonly #search: WorkerSearch;
  readonly #losses = new LossWatch();
  #current: LinkInUse | undefined;
  /** A link that we left because its worker is draining; it may still confirm media. */
  #leaving: WorkerLink | undefined;
  #avoid: MemberId | undefined;
  #lost: LostWorker | undefined;
  /** In which version the current worker's lease has expired. */
  #expired: number | undefined;
  #keyFramesAtMs: readonly number[] = [];
  #everAccepted = false;
  #finished = false;
  #flushSinceMs: number | undefined;
  #skippedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: RelayOptions) {
    const { emit, handover, limits, memory, owner, publisher } = options;
    this.#options = options;
    this.#facts = { session: options.sessionId, client: publisher.remote.host, stream: options.streamId };
    this.#feed = new PublisherFeed({
      publisher,
      handover,
      memory,
      limits,
      reply: (messages) => owner.reply(messages),
      overflowed: (heldBytes) => emit('ingest.replay.overflowed', { ...this.#facts, heldBytes }),
      unreadable: (cause) => this.#messageSkipped(cause),
      isWriting: () => this.#leaving !== undefined || (this.#current?.link.backlogBytes ?? 0) > 0,
    });
    this.#search = new WorkerSearch({
      stream: this.#feed.stream,
      router: options.router,
      hello: helloOf(options),
      facts: this.#facts,
      limits,
      owner: {
        state: () => ({
          worker: this.worker,
          avoid: this.#avoid,
          lost: this.#lost,
          keyFramesAtMs: this.#keyFramesAtMs,
          everAccepted: this.#everAccepted,
          finished: this.#finished,
        }),
        found: (link, replay, tookMs) => this.#attached(link, replay, tookMs),
        failed: (error) => this.#routeFailed(error),
        standby: () => this.#current?.leaveAtKeyframe(this.#feed.stream.pointMs),
        standbyOver: () => this.#current?.stay(),
        withdrawn: () => this.#current !== undefined && this.#feed.forgetConfirmed(),
      },
    });
  }

  get worker(): MemberId | undefined {
    return this.#current?.link.worker;
  }

  /** We have paused reading from the publisher because its worker is behind or there is none. */
  get holdsPublisher(): boolean {
    return this.#feed.isHeld;
  }

  /** Something remains to be sent to a worker, or to be confirmed by it. */
  get active(): boolean {
    return this.#search.isRunning || this.#current !== undefined || this.#leaving !== undefined;
  }

  /** Looks for the first worker. The publisher is paused until then. */
  start(): void {
    this.#search.start();
  }

  into(): Uint8Array {
    return this.#feed.into();
  }

  data(bytes: Buffer): void {
    if (!this.#finished) this.#feed.take(bytes);
  }

  batchEnded(): void {
    this.#flush();
    const { stream } = this.#feed;
    if (stream.unpublished) this.#publisherEnded(() => this.#options.owner.unpublished(stream.afterEnd));
  }

  /** The publisher half-closed or disconnected. */
  publisherLeft(reason: string): void {
    this.#flush();
    this.#publisherEnded(() => this.#options.owner.finish('PUBLISHER_LEFT', reason));
  }

  /** The publisher broke the protocol: everything before the fault is published. */
  broken(detail: string): void {
    this.#feed.gathered();
    this.#publisherEnded(() => this.#options.owner.refuse({ reason: 'unreadable-media', detail }));
  }

  /** Checks deadlines; called periodically. */
  tick(nowMs: number): void {
    if (this.#flushSinceMs !== undefined && nowMs - this.#flushSinceMs > this.#options.limits.flushMs)
      this.abort();
    if (this.#current === undefined || this.#finished) return;
    if (this.#leaveIfDue()) return;
    const lives = this.#options.router.lives(this.#current.link.worker);
    if (this.#current.isLost(lives, nowMs)) this.#giveUpLink(this.#current.link);
    else this.#current.watchLease(nowMs);
  }

  /** Drops everything at once. */
  abort(): void {
    this.#finished = true;
    this.#flushSinceMs = undefined;
    this.#search.abort();
    this.#current?.link.abort();
    this.#leaving?.abort();
    this.#current = undefined;
    this.#leaving = undefined;
    this.#feed.clear();
  }

  /** Logged once a second at most: an encoder may repeat it with every picture. */
  #messageSkipped(cause: unknown): void {
    const nowMs = performance.now();
    if (nowMs - this.#skippedAtMs < 1000) return;
    this.#skippedAtMs = nowMs;
    this.#options.emit('ingest.message.skipped', { ...this.#facts, cause });
  }

  #flush(): void {
    if (this.#feed.isEmpty) return;
    const pieces = this.#feed.gathered();
    if (this.#current !== undefined) {
      if (!this.#current.write(pieces)) this.#feed.hold();
      this.#leaveIfDue();
    }
    // Without a link the bytes wait in the log; before it overflows, stop reading from the publisher.
    else if (this.#feed.stream.isFull) this.#feed.hold();
  }

  #publisherEnded(tell: () => void): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#feed.leave();
    tell();
    if (this.#current !== undefined) {
      // The rest goes to the worker that has everything else.
      this.#search.withdraw();
      this.#endLink(this.#current.link);
    }
    // During a move to another worker, unpublished media still goes there; if no worker ever accepted, there is nothing to
    // deliver.
    else if (!this.#everAccepted) this.abort();
  }

  #endLink(link: WorkerLink): void {
    this.#flushSinceMs = performance.now();
    link.end();
  }

  #leaveIfDue(): boolean {
    const isDue = this.#current?.shouldLeave(this.#feed.stream.pointMs) === true;
    if (isDue) this.#leaveLink();
    return isDue;
  }

  /** Sends it nothing more, so that it publishes what it has and releases the lease. */
  #leaveLink(): void {
    if (this.#current === undefined) return;
    const { link } = this.#current;
    this.#current.stay();
    this.#flush();
    this.#current = undefined;
    this.#leaving = link;
    link.end();
    this.#feed.resume();
  }

  #attached(link: WorkerLink, replay: Replay, tookMs: number): void {
    const { emit, limits, owner } = this.#options;
    const { worker, broadcastId: broadcast, epoch } = link;
    const facts = { ...this.#facts, worker, broadcast, epoch, tookMs };
    // A draining worker had released the lease before the new one had to wait for it.
    this.#leaveLink();
    const { router, streamId } = this.#options;
    const current = new LinkInUse(link, limits, {
      read: () => router.leaseOf(streamId),
      expired: (version) => this.#leaseExpired(current, version),
    });
    this.#current = current;
    this.#losses.attached(link, performance.now());
    this.#avoid = undefined;
    this.#lost = undefined;
    this.#feed.gathered();
    const ready = current.write(replay.pieces);
    if (this.#everAccepted) {
      const replayedBytes = replay.pieces.reduce((sum, { length }) => sum + length, 0);
      emit('ingest.worker.changed', { ...facts, replayFromMs: replay.fromMs, replayedBytes });
    } else {
      this.#everAccepted = true;
      emit('ingest.publish.started', facts);
      owner.accepted();
    }
    if (ready) this.#feed.resume();
    else this.#feed.hold();
    this.#feed.forgetConfirmed();
    if (this.#finished) this.#endLink(link);
    link.listen({
      frame: (frame) => this.#frame(current, frame),
      drained: () => this.#drained(current),
      closed: (reason) => this.#linkClosed(link, reason),
    });
    // It may have come before a worker was found.
    if (this.#feed.stream.unpublished) this.batchEnded();
  }

  #routeFailed(error: SearchFailure): void {
    const isPublisherHere = !this.#finished;
    this.abort();
    if (isPublisherHere && error instanceof RouteFailedError)
      this.#options.owner.refuse({ reason: error.reason, detail: error.message });
  }

  #frame(from: LinkInUse, frame: LinkFrame): void {
    if (frame.type === 'published-through') {
      this.#losses.confirmed(frame.timestampMs);
      // While a new link is being opened, its starting point must not move.
      this.#feed.confirmed(frame.timestampMs, this.#current === undefined || this.#search.hasOffered);
    }
    if (frame.type === 'parts-through')
      this.#keyFramesAtMs = keyFrameTimes(this.#keyFramesAtMs, frame.keyFramesAtMs);
    if (from !== this.#current) return;
    from.received(frame);
    if (this.#finished) return;
    if (frame.type === 'status') this.#options.owner.status(frame.level, frame.code, frame.description);
    else if (frame.type === 'draining') this.#workerDrains(from);
    else if (frame.type === 'end') this.#workerEnded(frame.reason);
  }

  #leaseExpired(from: LinkInUse, version: number): void {
    if (from !== this.#current || this.#finished) return;
    this.#expired = version;
    this.#giveUpLink(from.link);
  }

  /** Its worker is dead or frozen. */
  #giveUpLink(link: WorkerLink): void {
    this.#avoid = link.worker;
    link.abort();
  }

  /** It keeps the publisher until another worker is ready. */
  #workerDrains(from: LinkInUse): void {
    if (this.#finished || !from.markDraining()) return;
    this.#options.emit('ingest.worker.leaving', { ...this.#facts, worker: from.link.worker });
    this.#search.start();
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

  #drained(from: LinkInUse): void {
    if (from !== this.#current) return;
    from.caughtUp();
    this.#feed.resume();
  }

  #linkClosed(link: WorkerLink, reason: string): void {
    if (link === this.#leaving) this.#leaving = undefined;
    if (link !== this.#current?.link) return;
    const { drains } = this.#current;
    this.#current = undefined;
    // After the publisher's end, the worker closes once it has read everything.
    if (this.#finished) {
      this.abort();
      return;
    }
    this.#feed.resume();
    const expired = this.#expired;
    this.#expired = undefined;
    const run = { worker: link.worker, epoch: link.epoch };
    this.#lost = drains ? undefined : { ...run, ...(expired !== undefined && { expired }) };
    this.#options.emit('ingest.worker.lost', { ...this.#facts, worker: link.worker, reason });
    if (!drains && this.#losses.lost(this.#feed.stream.latestMs, performance.now())) this.#giveUp();
    else this.#search.start();
  }

  /** Workers break at what the publisher sends: the next one would, too. */
  #giveUp(): void {
    const { lostWorkers } = this.#losses;
    const sentBytes = this.#feed.stream.heldBytes;
    this.#finished = true;
    this.abort();
    const detail = `${lostWorkers.join(', then ')} stopped with the same ${sentBytes} bytes of it unpublished`;
    this.#options.owner.refuse({ reason: 'encoder-failed', detail });
  }
}

/** What a worker is told about the session, wherever its replay begins. */
function helloOf({ publisher, streamId, sessionId, proxyId, publish }: RelayOptions): SessionHello {
  const { remote, local } = publisher;
  return {
    client: { address: remote.host, port: remote.port },
    server: { address: local.host, port: local.port },
    streamId,
    sessionId,
    proxyId,
    publish: { app: publish.app, flashVer: publish.flashVer, tcUrl: publish.tcUrl },
  };
}
