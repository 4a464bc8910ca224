import { ObjectStoreFullError, PreconditionFailedError } from '../origin/policy/errors.ts';
import type { ObjectStore } from '../origin/ports.ts';
import type { SegmentGroup } from './policy/group-collector.ts';
import type { ObjectWrite, Publication } from './policy/publication.ts';
import type { TrackHeader } from './policy/publication-model.ts';
import { judgeConflict } from './policy/write-conflict.ts';
import type { Clock } from './ports.ts';

export interface SegmentWriterHandler {
  /** May objects be written now? Asked before each write; resolves when that is known. */
  mayWrite(): Promise<boolean>;
  /** Everything up to this number, with the playlists that name it, is in the origin: so many segments since the last call. */
  published(number: number, segments: number): void;
  /** The origin has not taken an object for a while. Once until `recovered`. */
  trouble(detail: { cause: unknown; full: boolean; queuedSegments: number }): void;
  recovered(detail: { downMs: number; lostSegments: number }): void;
  /** The origin shows that another worker writes this broadcast in a newer epoch. Nothing more is written. Once. */
  superseded(byEpoch: number): void;
}

interface QueuedGroup {
  readonly group: SegmentGroup;
  readonly headers: ReadonlyMap<string, TrackHeader>;
  readonly bytes: number;
}

/** Segments that wait for an origin that does not take them: above this the oldest are given up. */
const maxQueuedBytes = 48 * 1024 * 1024;
const firstPauseMs = 100;
const longestPauseMs = 2000;
/** The playlists are written at least after so many groups of a backlog. */
const groupsPerRound = 8;

/** Writing was stopped for good before all was written. */
class WriterStoppedError extends Error {
  override readonly name = 'WriterStoppedError';
  readonly code = 'WRITER_STOPPED';
}

/**
 * Brings groups to the origin in order: segments, then the playlists that name them, then what leads to the playlists,
 * then the confirmation. One group is under way, the others wait in a bounded queue. A write that fails is tried again,
 * with growing pauses, until it succeeds, its group is given up for lack of room, or `stop`.
 */
export class SegmentWriter {
  readonly #store: ObjectStore;
  readonly #publication: Publication;
  readonly #clock: Clock;
  readonly #handler: SegmentWriterHandler;
  readonly #etags = new Map<string, string>();
  #queue: QueuedGroup[] = [];
  #queuedBytes = 0;
  #running?: Promise<void>;
  #stopped = false;
  /** The group under way is to be given up: newer ones need its room. */
  #giveUp = false;
  #indexesDue = false;
  #troubleSinceMs?: number;
  /** Segments given up since the trouble began, and in all. */
  #lost = 0;
  #lostInAll = 0;
  readonly #wakes = new Set<() => void>();

  constructor(store: ObjectStore, publication: Publication, clock: Clock, handler: SegmentWriterHandler) {
    this.#store = store;
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
    this.#queue.push({ group, headers, bytes });
    this.#queuedBytes += bytes;
    this.#shedBacklog();
    this.#run();
  }

  /** Writes what is queued, and nothing after it. Rejects where that does not succeed within `withinMs`. */
  flush(withinMs: number): Promise<void> {
    return this.#conclude(withinMs, async () => {});
  }

  /** Writes what is queued and the recording's playlists. Rejects where that does not succeed within `withinMs`. */
  finish(withinMs: number): Promise<void> {
    return this.#conclude(withinMs, async () => {
      if (!this.#publication.started) return;
      this.#publication.end();
      this.#indexesDue = true;
      await this.#writePlaylists();
    });
  }

  /** Writes nothing more, from the next write on. */
  stop(): void {
    this.#stopped = true;
    this.#lostInAll += this.#queue.length;
    this.#queue = [];
    for (const wake of this.#wakes) wake();
  }

  async #conclude(withinMs: number, last: () => Promise<void>): Promise<void> {
    const timer = setTimeout(() => this.stop(), withinMs);
    try {
      while (this.#running) await this.#running;
      if (this.#stopped) throw new WriterStoppedError('Not every segment was written');
      await last();
    } finally {
      clearTimeout(timer);
      this.#stopped = true;
    }
  }

  #run(): void {
    this.#running ??= this.#drain()
      .catch((cause: unknown) => {
        if (!(cause instanceof WriterStoppedError)) throw cause;
      })
      .finally(() => {
        this.#running = undefined;
        if (this.#queue.length > 0 && !this.#stopped) this.#run();
      });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0 && !this.#stopped) {
      const published: number[] = [];
      for (let count = 0; count < groupsPerRound && this.#queue.length > 0; count++) {
        const number = await this.#writeGroup(this.#queue[0]!);
        if (number !== undefined) published.push(number);
      }
      const newest = published.at(-1);
      if (newest === undefined) continue;
      await this.#writePlaylists();
      this.#handler.published(newest, published.length);
    }
  }

  /** Returns the number, or undefined where the group was given up. */
  async #writeGroup(queued: QueuedGroup): Promise<number | undefined> {
    const { group, headers } = queued;
    const { objects, commit } = this.#publication.prepareGroup(group, headers);
    this.#giveUp = false;
    const written = await Promise.all(objects.map((object) => this.#write(object, true)));
    if (this.#queue[0] === queued) this.#dequeue();
    if (written.includes(false)) {
      this.#lost++;
      this.#lostInAll++;
      return undefined;
    }
    if (commit()) this.#indexesDue = true;
    return group.number;
  }

  async #writePlaylists(): Promise<void> {
    const nowMs = this.#clock.wall();
    await this.#writeAll(this.#publication.playlists(nowMs));
    const withIndexes = this.#indexesDue;
    for (const step of this.#publication.manifests(nowMs, withIndexes)) await this.#writeAll(step);
    if (withIndexes) this.#indexesDue = false;
  }

  async #writeAll(objects: readonly ObjectWrite[]): Promise<void> {
    await Promise.all(objects.map((object) => this.#write(object, false)));
  }

  /** False where the object's group was given up. Throws `WriterStoppedError`. */
  async #write(object: ObjectWrite, mayGiveUp: boolean): Promise<boolean> {
    const body = object.body.length === 1 ? object.body[0]! : Buffer.concat(object.body);
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      if (this.#stopped || !(await this.#handler.mayWrite())) {
        this.#stopped = true;
        throw new WriterStoppedError(`${object.key} was not written`);
      }
      try {
        await this.#put(object, body);
        this.#succeeded();
        return true;
      } catch (cause) {
        this.#failed(cause);
      }
      if (mayGiveUp && this.#giveUp) return false;
      await this.#pause(pauseMs * (0.75 + Math.random() / 2));
    }
  }

  async #put({ key, contentType, cacheControl, how }: ObjectWrite, body: Uint8Array): Promise<void> {
    const headers = { contentType, cacheControl };
    const known = how === 'replace' ? this.#etags.get(key) : undefined;
    const condition = known === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: known };
    try {
      const { etag } = await this.#store.put(key, body, { ...headers, ...condition });
      if (how === 'replace') this.#etags.set(key, etag);
    } catch (cause) {
      if (!(cause instanceof PreconditionFailedError)) throw cause;
      const outcome = judgeConflict(how, await this.#store.get(key), this.#publication.epoch);
      if (outcome.kind === 'there') return;
      if (outcome.kind === 'superseded') this.#supersede(outcome.byEpoch);
      else if (outcome.etag === undefined) this.#etags.delete(key);
      else this.#etags.set(key, outcome.etag);
      throw cause;
    }
  }

  #supersede(byEpoch: number): void {
    if (this.#stopped) return;
    this.stop();
    this.#handler.superseded(byEpoch);
  }

  #failed(cause: unknown): void {
    if (cause instanceof PreconditionFailedError || this.#troubleSinceMs !== undefined) return;
    this.#troubleSinceMs = this.#clock.now();
    this.#handler.trouble({
      cause,
      full: cause instanceof ObjectStoreFullError,
      queuedSegments: this.#queue.length,
    });
  }

  #succeeded(): void {
    if (this.#troubleSinceMs === undefined) return;
    const downMs = this.#clock.now() - this.#troubleSinceMs;
    this.#troubleSinceMs = undefined;
    this.#handler.recovered({ downMs, lostSegments: this.#lost });
    this.#lost = 0;
  }

  /** The oldest go first: viewers want what is live. The one under way gives up by itself. */
  #shedBacklog(): void {
    while (this.#queuedBytes > maxQueuedBytes && this.#queue.length > 2) {
      this.#giveUp = true;
      const [dropped] = this.#queue.splice(1, 1);
      this.#queuedBytes -= dropped?.bytes ?? 0;
      this.#lost++;
      this.#lostInAll++;
    }
  }

  #dequeue(): void {
    this.#queuedBytes -= this.#queue.shift()?.bytes ?? 0;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wakes.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#wakes.add(wake);
    });
  }
}
