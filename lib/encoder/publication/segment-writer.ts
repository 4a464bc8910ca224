import type { Clock } from '../../net/clock.ts';
import type { ObjectStore } from '../../object-store/ports.ts';
import type { SegmentGroup } from '../encoding/policy/segmenting/segment-groups.ts';
import type { TrackHeader } from '../policy/track-header.ts';
import { PersistentWriter, WriterStoppedError } from './persistent-writer.ts';
import type { Publication, PublicationStep } from './policy/publication.ts';
import { readSegmentFacts } from './policy/recovery/stored-segment.ts';
import { type QueuedGroup, WriteQueue } from './policy/write-queue.ts';

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

/** The playlists are written at least once per this many groups of a backlog. */
const groupsPerRound = 8;

/**
 * Uploads groups to the origin in order: init segments, segments, then, when they are due, the playlists that name them and the
 * manifests that link to the playlists, then the confirmation. What a playlist doesn't name yet another worker finds by its name
 * (docs/decisions/0034). Groups wait in a bounded queue. A slow origin gets several at once so that it can keep
 * up; a failing one gets one at a time. A failed write is retried until it succeeds, its group is dropped for lack of room, or `stop` is
 * called.
 */
export class SegmentWriter {
  readonly #objects: PersistentWriter;
  readonly #publication: Publication;
  readonly #clock: Clock;
  readonly #handler: SegmentWriterHandler;
  readonly #queue = new WriteQueue();
  #running?: Promise<void>;
  #indexesDue = false;
  /** Segments dropped since the outage began, and in total. */
  #lost = 0;
  #lostInAll = 0;

  constructor(store: ObjectStore, publication: Publication, clock: Clock, handler: SegmentWriterHandler) {
    this.#objects = new PersistentWriter(store, publication.epoch, clock, {
      mayWrite: () => handler.mayWrite(),
      trouble: (detail) => handler.trouble({ ...detail, queuedSegments: this.#queue.length }),
      recovered: (downMs) => this.#recovered(downMs),
      superseded: (byEpoch) => this.#supersede(byEpoch),
    });
    this.#publication = publication;
    this.#clock = clock;
    this.#handler = handler;
  }

  /** Segments that will never be in the origin. */
  get lostSegments(): number {
    return this.#lostInAll;
  }

  enqueue(group: SegmentGroup, headers: ReadonlyMap<string, TrackHeader>): void {
    if (this.#objects.stopped) return;
    this.#publication.complete(group, headers, this.#clock.nowMs());
    for (const dropped of this.#queue.push(group, headers)) this.#giveUp(dropped);
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
    this.#objects.stop();
    this.#lostInAll += this.#queue.length;
    this.#queue.clear();
  }

  async #conclude(withinMs: number, last: () => Promise<void>): Promise<void> {
    const timer = setTimeout(() => this.stop(), withinMs);
    try {
      while (this.#running) await this.#running;
      this.#objects.throwIfStopped();
      await last();
      this.#objects.conclude();
    } finally {
      clearTimeout(timer);
      this.#objects.stop();
    }
  }

  #run(): void {
    this.#running ??= this.#drain()
      .catch((cause: unknown) => {
        if (!(cause instanceof WriterStoppedError)) this.#orStop(() => this.#skipOldest(cause));
      })
      .finally(() => {
        this.#running = undefined;
        this.#orStop(() => {
          if (this.#queue.length > 0 && !this.#objects.stopped) this.#run();
        });
      });
  }

  #skipOldest(cause: unknown): void {
    const lost = this.#queue.shift();
    if (lost) this.#giveUp(lost);
    this.#handler.faulted(cause);
  }

  /** Whatever else fails here would fail for ever. */
  #orStop(step: () => void): void {
    try {
      step();
    } catch (cause) {
      this.#objects.stop();
      this.#handler.faulted(cause);
    }
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0 && !this.#objects.stopped) {
      const published: number[] = [];
      // Groups that arrive meanwhile are for the next round: the playlists must not wait for them.
      for (let left = Math.min(groupsPerRound, this.#queue.length); left > 0 && this.#queue.length > 0; ) {
        const batch = this.#queue.oldest(this.#objects.suspected ? 1 : left);
        left -= batch.length;
        published.push(...(await this.#writeGroups(batch)));
      }
      const newest = published.at(-1);
      if (newest === undefined) continue;
      await this.#contain(async () => {
        if (this.#indexesDue || this.#publication.playlistsDue) await this.#writePlaylists();
        // Whoever takes the lease looks for segments after that: it finds all that are confirmed while the lease is ours.
        await this.#objects.check();
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
      this.#queue.shift();
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
        await this.#objects.writeAll(step.objects);
        steps.set(queued, step);
      });
    }
    await this.#contain(async () => {
      const numbers = [...steps.keys()].map(({ group }) => group.number);
      const announcement = this.#publication.announcement(numbers, this.#clock.wallMs());
      if (announcement) await this.#objects.write(announcement, () => batch.every(({ givenUp }) => givenUp));
    });
    return steps;
  }

  async #takeGroup({ commit }: PublicationStep): Promise<void> {
    if (commit()) this.#indexesDue = true;
    const stills = this.#publication.stills();
    if (stills) await this.#take(stills);
  }

  async #take({ objects, commit }: PublicationStep): Promise<void> {
    await this.#objects.writeAll(objects);
    if (commit()) this.#indexesDue = true;
  }

  /** Returns false if the group was dropped. */
  async #writeMedia(queued: QueuedGroup): Promise<boolean> {
    const { group, foreign } = queued;
    let isWritten = false;
    await this.#contain(async () => {
      const written = await Promise.all(
        this.#publication.media(group).map(async ({ id, object }) => {
          const there = await this.#objects.write(object, () => queued.givenUp);
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
    for (const step of steps) await this.#objects.writeAll(step);
    if (withIndexes) this.#indexesDue = false;
    this.#publication.written();
  }

  #supersede(byEpoch: number): void {
    if (this.#objects.stopped) return;
    this.stop();
    this.#handler.superseded(byEpoch);
  }

  #recovered(downMs: number): void {
    this.#handler.recovered({ downMs, lostSegments: this.#lost });
    this.#lost = 0;
  }

  #giveUp({ group }: QueuedGroup): void {
    this.#lost++;
    this.#lostInAll++;
    this.#publication.drop(group.number);
    this.#handler.dropped(group.number);
  }
}
