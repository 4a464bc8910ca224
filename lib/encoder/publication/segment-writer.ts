import type { Clock } from '../../net/clock.ts';
import { ObjectStoreFullError, PreconditionFailedError } from '../../object-store/errors.ts';
import type { ObjectStore } from '../../object-store/ports.ts';
import type { RetryPolicy } from '../../retry/policy/backoff.ts';
import { retry } from '../../retry/retry.ts';
import type { SegmentGroup } from '../encoding/policy/segmenting/segment-groups.ts';
import { Outage } from '../policy/outage.ts';
import type { TrackHeader } from '../policy/track-header.ts';
import { ObjectWriter } from './object-writer.ts';
import type { ObjectWrite } from './policy/object-write.ts';
import type { Publication, PublicationStep } from './policy/publication.ts';
import { readSegmentFacts } from './policy/recovery/stored-segment.ts';
import type { SegmentFacts } from './policy/segment-facts.ts';

export interface SegmentWriterHandler {
  /** Whether objects may be written now. Called before each write; resolves when the answer is known. */
  mayWrite(): Promise<boolean>;
  /**
   * The origin has this number. `foreign`: renditions whose segment another encoder had stored before; it keeps the name, so ours must
   * not be handed out whole.
   */
  stored(number: number, foreign: ReadonlySet<string>): void;
  /** The origin will never have this number: it is a gap. */
  dropped(number: number): void;
  /**
   * Everything up to this number is in the origin, where another worker would find it. `segments`: how many since the last
   * call.
   */
  published(number: number, segments: number): void;
  /** The origin has been failing writes for a while, or is full. Called once for each until `recovered`. */
  trouble(detail: { cause: unknown; full: boolean; queuedSegments: number }): void;
  recovered(detail: { downMs: number; lostSegments: number }): void;
  /** The origin shows that another worker writes this broadcast in a newer epoch. Nothing more is written. Called once. */
  superseded(byEpoch: number): void;
  /** A step failed for a reason that has nothing to do with the origin. Its group is dropped, and the others go on. Must not throw. */
  faulted(cause: unknown): void;
}

interface QueuedGroup {
  readonly group: SegmentGroup;
  readonly headers: ReadonlyMap<string, TrackHeader>;
  readonly bytes: number;
  /** What another encoder had stored under the names of its segments. */
  readonly foreign: Map<string, SegmentFacts | undefined>;
  underWay: boolean;
  /** Dropped to make room for newer ones. If its write is under way, it may still succeed. */
  givenUp: boolean;
}

/** Limit for segments waiting for an origin that isn't accepting them: above it the oldest are dropped. */
const maxQueuedBytes = 48 * 1024 * 1024;
/**
 * Until the write succeeds, its group is dropped, or the writer is stopped. Only the writer retries; the store sends one request
 * per call (`PutOptions.once`), so the lease is checked before each. Pauses grow slowly: with half of all requests failing, some
 * of a segment's dozen objects fail five times or more.
 */
const whileFailing: RetryPolicy = { firstMs: 100, factor: 1.5, longestMs: 1000, jitter: 0.25 };
/** The playlists are written at least once per this many groups of a backlog. */
const groupsPerRound = 8;
/**
 * A write that soon succeeds at its second or third try is no outage; ten seconds without a failure end one, in which each object is
 * written at least once.
 */
const troubleLimits = { graceMs: 1000, steadyMs: 10_000 };

/** Writing was stopped for good before everything was written. */
class WriterStoppedError extends Error {
  override readonly name = 'WriterStoppedError';
  readonly code = 'WRITER_STOPPED';
}

/** One attempt to write an object failed. */
class NotWrittenError extends Error {
  override readonly name = 'NotWrittenError';
  readonly code = 'NOT_WRITTEN';
}

/**
 * Uploads groups to the origin in order: init segments, segments, then, when they are due, the playlists that name them and the
 * manifests that link to the playlists, then the confirmation. What a playlist doesn't name yet another worker finds by its name
 * (docs/decisions/0034). Groups wait in a bounded queue. A slow origin gets several at once so that it can keep
 * up; a failing one gets one at a time. A failed write is retried with growing pauses until it succeeds, its group is dropped
 * for lack of room, or `stop` is called.
 */
export class SegmentWriter {
  readonly #objects: ObjectWriter;
  readonly #publication: Publication;
  readonly #clock: Clock;
  readonly #handler: SegmentWriterHandler;
  #queue: QueuedGroup[] = [];
  #queuedBytes = 0;
  #running?: Promise<void>;
  readonly #stopping = new AbortController();
  #indexesDue = false;
  readonly #trouble = new Outage(troubleLimits);
  #toldFull = false;
  /** Segments dropped since the outage began, and in total. */
  #lost = 0;
  #lostInAll = 0;

  constructor(store: ObjectStore, publication: Publication, clock: Clock, handler: SegmentWriterHandler) {
    this.#objects = new ObjectWriter(store, publication.epoch, (byEpoch) => this.#supersede(byEpoch));
    this.#publication = publication;
    this.#clock = clock;
    this.#handler = handler;
  }

  /** Segments that will never be in the origin. */
  get lostSegments(): number {
    return this.#lostInAll;
  }

  enqueue(group: SegmentGroup, headers: ReadonlyMap<string, TrackHeader>): void {
    if (this.#stopped) return;
    const bytes = [...group.segments.values()].reduce((sum, segment) => sum + segment.bytes, 0);
    this.#publication.complete(group, headers, this.#clock.nowMs());
    this.#queue.push({ group, headers, bytes, foreign: new Map(), underWay: false, givenUp: false });
    this.#queuedBytes += bytes;
    this.#shedBacklog();
    this.#run();
  }

  /** Writes what is queued and names it, then stops. Rejects if that takes longer than `withinMs`. */
  flush(withinMs: number): Promise<void> {
    return this.#conclude(withinMs, async () => {
      if (this.#indexesDue || this.#publication.isUnwritten) await this.#writePlaylists();
    });
  }

  /** Writes what is queued and the recording's playlists. Rejects if that takes longer than `withinMs`. */
  finish(withinMs: number): Promise<void> {
    return this.#conclude(withinMs, async () => {
      if (!this.#publication.started) return;
      for (let stills = this.#publication.stills(); stills; stills = this.#publication.stills())
        await this.#take(stills);
      this.#publication.end();
      this.#indexesDue = true;
      await this.#writePlaylists();
    });
  }

  /** Stops writing, from the next write on. */
  stop(): void {
    this.#halt();
    this.#lostInAll += this.#queue.length;
    this.#queue = [];
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Also ends pauses between retries. */
  #halt(): void {
    this.#stopping.abort(new WriterStoppedError('Stopped before every segment was written'));
  }

  async #conclude(withinMs: number, last: () => Promise<void>): Promise<void> {
    const timer = setTimeout(() => this.stop(), withinMs);
    try {
      while (this.#running) await this.#running;
      this.#stopping.signal.throwIfAborted();
      await last();
      this.#recovered(this.#trouble.conclude());
    } finally {
      clearTimeout(timer);
      this.#halt();
    }
  }

  #run(): void {
    this.#running ??= this.#drain()
      .catch((cause: unknown) => {
        if (cause instanceof WriterStoppedError) return;
        const lost = this.#dequeue();
        if (lost) this.#giveUp(lost);
        this.#handler.faulted(cause);
      })
      .finally(() => {
        this.#running = undefined;
        if (this.#queue.length > 0 && !this.#stopped) this.#run();
      });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0 && !this.#stopped) {
      const published: number[] = [];
      // Groups that arrive meanwhile are for the next round: the playlists must not wait for them.
      for (let left = Math.min(groupsPerRound, this.#queue.length); left > 0 && this.#queue.length > 0; ) {
        const batch = this.#queue.slice(0, this.#trouble.suspected ? 1 : left);
        left -= batch.length;
        published.push(...(await this.#writeGroups(batch)));
      }
      const newest = published.at(-1);
      if (newest === undefined) continue;
      await this.#contain(async () => {
        if (this.#indexesDue || this.#publication.playlistsDue) await this.#writePlaylists();
        // Whoever takes the lease looks for segments after that: it finds all that are confirmed while the lease is ours.
        if (!(await this.#handler.mayWrite())) this.#halt();
        this.#stopping.signal.throwIfAborted();
        this.#handler.published(newest, published.length);
      });
    }
  }

  /**
   * What this worker can't write, it couldn't write the next time either: a group that was tried until it worked would be tried for
   * ever, with all others behind it. Returns false after a fault.
   */
  async #contain(step: () => Promise<unknown>): Promise<boolean> {
    try {
      await step();
      return true;
    } catch (cause) {
      if (cause instanceof WriterStoppedError) throw cause;
      this.#handler.faulted(cause);
      return false;
    }
  }

  /** Returns the numbers of the groups that were not dropped. */
  async #writeGroups(batch: readonly QueuedGroup[]): Promise<number[]> {
    for (const queued of batch) queued.underWay = true;
    const steps = await this.#prepare(batch);
    const written = await Promise.all(batch.map((queued) => this.#writeMedia(queued)));
    const numbers: number[] = [];
    for (const [at, queued] of batch.entries()) {
      const { group, foreign } = queued;
      const step = steps.get(queued);
      this.#dequeue();
      const isTaken = written[at] && step && (await this.#contain(() => this.#takeGroup(step)));
      if (!isTaken) {
        this.#giveUp(queued);
        continue;
      }
      numbers.push(group.number);
      // Whoever wrote them may be writing this broadcast: its playlists would say so.
      if (foreign.size > 0) this.#indexesDue = true;
      this.#handler.stored(group.number, new Set(foreign.keys()));
    }
    return numbers;
  }

  /** Writes what must precede their segments. Those that can't be prepared are missing from what it returns. */
  async #prepare(batch: readonly QueuedGroup[]): Promise<Map<QueuedGroup, PublicationStep>> {
    const steps = new Map<QueuedGroup, PublicationStep>();
    for (const queued of batch) {
      await this.#contain(async () => {
        const { group, headers, foreign } = queued;
        const step = this.#publication.prepareGroup(group, headers, () => foreign);
        await this.#writeAll(step.objects);
        steps.set(queued, step);
      });
    }
    await this.#contain(async () => {
      const numbers = [...steps.keys()].map(({ group }) => group.number);
      const announcement = this.#publication.announcement(numbers, this.#clock.wallMs());
      if (announcement) await this.#write(announcement, () => batch.every(({ givenUp }) => givenUp));
    });
    return steps;
  }

  async #takeGroup({ commit }: PublicationStep): Promise<void> {
    if (commit()) this.#indexesDue = true;
    const stills = this.#publication.stills();
    if (stills) await this.#take(stills);
  }

  async #take({ objects, commit }: PublicationStep): Promise<void> {
    await this.#writeAll(objects);
    if (commit()) this.#indexesDue = true;
  }

  /** Returns false if the group was dropped. */
  async #writeMedia(queued: QueuedGroup): Promise<boolean> {
    const { group, foreign } = queued;
    let isWritten = false;
    await this.#contain(async () => {
      const written = await Promise.all(
        this.#publication.media(group).map(async ({ id, object }) => {
          const there = await this.#write(object, () => queued.givenUp);
          if (typeof there === 'object') foreign.set(id, readSegmentFacts(there));
          return there !== false;
        }),
      );
      isWritten = !written.includes(false);
    });
    return isWritten;
  }

  async #writePlaylists(): Promise<void> {
    const nowMs = this.#clock.wallMs();
    const playlists = this.#publication.playlists(nowMs);
    const withIndexes = this.#indexesDue;
    const manifests = this.#publication.manifests(nowMs, withIndexes);
    // MPDs name segments, so only the indexes have to wait for the objects that they name.
    const steps = withIndexes ? [playlists, ...manifests] : [[...playlists, ...manifests.flat()]];
    for (const step of steps) await this.#writeAll(step);
    if (withIndexes) this.#indexesDue = false;
    this.#publication.written();
  }

  async #writeAll(objects: readonly ObjectWrite[]): Promise<void> {
    await Promise.all(objects.map((object) => this.#write(object)));
  }

  /**
   * Returns false if the write failed and the group has been dropped meanwhile, and what is stored if that is another encoder's. Throws
   * `WriterStoppedError`.
   */
  async #write(object: ObjectWrite, givenUp = () => false): Promise<boolean | Buffer> {
    const body = object.body.length === 1 ? object.body[0]! : Buffer.concat(object.body);
    const again = (cause: unknown): boolean => cause instanceof NotWrittenError && !givenUp();
    try {
      const other = await retry(() => this.#tryToWrite(object, body), whileFailing, {
        again,
        signal: this.#stopping.signal,
      });
      return other ?? true;
    } catch (cause) {
      if (cause instanceof NotWrittenError) return false;
      throw cause;
    }
  }

  async #tryToWrite(object: ObjectWrite, body: Uint8Array): Promise<Buffer | undefined> {
    if (!(await this.#handler.mayWrite())) this.#halt();
    // The writer may have been stopped during the check.
    this.#stopping.signal.throwIfAborted();
    let other: Buffer | undefined;
    try {
      other = await this.#objects.write(object, body);
    } catch (cause) {
      this.#failed(cause);
      throw new NotWrittenError(`${object.key} was not written`, { cause });
    }
    this.#succeeded();
    return other;
  }

  #supersede(byEpoch: number): void {
    if (this.#stopped) return;
    this.stop();
    this.#handler.superseded(byEpoch);
  }

  #failed(cause: unknown): void {
    if (cause instanceof PreconditionFailedError) return;
    const full = cause instanceof ObjectStoreFullError;
    const begins = this.#trouble.failed(this.#clock.nowMs(), full);
    if (!begins && (!full || this.#toldFull)) return;
    this.#toldFull = full;
    this.#handler.trouble({ cause, full, queuedSegments: this.#queue.length });
  }

  #succeeded(): void {
    this.#recovered(this.#trouble.succeeded(this.#clock.nowMs()));
  }

  #recovered(downMs: number | undefined): void {
    if (downMs === undefined) return;
    this.#toldFull = false;
    this.#handler.recovered({ downMs, lostSegments: this.#lost });
    this.#lost = 0;
  }

  /** The oldest go first: viewers want what is live. A group whose write is under way drops out by itself. */
  #shedBacklog(): void {
    const kept: QueuedGroup[] = [];
    for (const [at, queued] of this.#queue.entries()) {
      const isNewest = at >= this.#queue.length - 2;
      if (this.#queuedBytes > maxQueuedBytes && !isNewest && !queued.givenUp) {
        queued.givenUp = true;
        this.#queuedBytes -= queued.bytes;
      }
      if (queued.givenUp && !queued.underWay) this.#giveUp(queued);
      else kept.push(queued);
    }
    this.#queue = kept;
  }

  #giveUp({ group }: QueuedGroup): void {
    this.#lost++;
    this.#lostInAll++;
    this.#publication.drop(group.number);
    this.#handler.dropped(group.number);
  }

  #dequeue(): QueuedGroup | undefined {
    const queued = this.#queue.shift();
    if (queued && !queued.givenUp) this.#queuedBytes -= queued.bytes;
    return queued;
  }
}
