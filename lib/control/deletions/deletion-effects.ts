import type { Deletion, DeletionStep } from '../../control-store/deletions.ts';
import type { ControlStore } from '../../control-store/ports.ts';
import type { Clock } from '../../net/clock.ts';
import { isPreconditionFailed } from '../../object-store/errors.ts';
import {
  broadcastPrefix,
  dashManifestName,
  hlsIndexName,
  posterName,
  quarantinePrefix,
  storyboardName,
  streamPrefix,
} from '../../object-store/object-names.ts';
import type { BulkObjectStore } from '../../object-store/ports.ts';
import { rewrite } from '../../retry/rewrite.ts';
import type { StreamId } from '../../routing/ids.ts';
import { invalidate } from '../background-steps.ts';
import type { EdgeDenials, Invalidations } from '../ports.ts';
import { type BulkProgress, deleteObjects, moveObjects } from '../stored-objects.ts';

export interface DeletionEffectsOptions {
  readonly store: Pick<ControlStore, 'deleteStream' | 'deleteBroadcast'>;
  readonly denials: Pick<EdgeDenials, 'deny' | 'isDenied' | 'forget'>;
  readonly invalidations: Invalidations;
  readonly objects: Pick<BulkObjectStore, 'list' | 'move' | 'get' | 'delete' | 'deleteAll'>;
  readonly region: string;
  readonly clock: Clock;
}

/** `waitsFor` is left out once the step is done. */
export interface DeletionOutcome {
  readonly waitsFor?: string;
  readonly invalidation?: string;
  /** Objects deleted or moved in this run. */
  readonly objects?: number;
}

const done: DeletionOutcome = {};

/** The effects of each step of a deletion. All are idempotent and can be interrupted and repeated, even by two programs at once. */
export class DeletionEffects {
  readonly #options: DeletionEffectsOptions;

  constructor(options: DeletionEffectsOptions) {
    this.#options = options;
  }

  /** Starts nothing new after `untilMs` (monotonic). Throws whatever the ports throw. */
  perform(
    streamId: StreamId,
    deletion: Deletion,
    step: DeletionStep,
    untilMs: number,
  ): Promise<DeletionOutcome> {
    switch (step) {
      case 'deny':
        return this.#deny(streamId, deletion);
      case 'records':
        return this.#deleteRecords(streamId, deletion);
      case 'invalidate':
        return this.#invalidate(streamId, deletion);
      case 'objects':
        return this.#clear(streamId, deletion, untilMs);
      case 'allow':
        return this.#allow(streamId, deletion, untilMs);
    }
  }

  async #deny(streamId: StreamId, deletion: Deletion): Promise<DeletionOutcome> {
    const { denials } = this.#options;
    const path = this.#prefix(streamId, deletion).slice(0, -1);
    await denials.deny(path);
    if (await denials.isDenied(path)) return done;
    return { waitsFor: 'The edge has been updated but does not block it yet.' };
  }

  async #deleteRecords(streamId: StreamId, { broadcastId }: Deletion): Promise<DeletionOutcome> {
    const { store } = this.#options;
    // A worker that is still writing loses its lease with the stream.
    await (broadcastId === undefined
      ? store.deleteStream(streamId)
      : store.deleteBroadcast(streamId, broadcastId));
    return done;
  }

  async #invalidate(streamId: StreamId, deletion: Deletion): Promise<DeletionOutcome> {
    const { invalidations, region } = this.#options;
    const { broadcastId = 'stream', invalidation } = deletion;
    const paths = [`/${this.#prefix(streamId, deletion)}*`];
    if (deletion.broadcastId !== undefined) {
      paths.push(...newestOf(region, streamId).map((key) => `/${key}`));
    }
    const reference = `${streamId}-${broadcastId}-deletion`;
    return invalidate(invalidations, { paths, reference, begun: invalidation });
  }

  async #clear(streamId: StreamId, deletion: Deletion, untilMs: number): Promise<DeletionOutcome> {
    const { objects, region, clock } = this.#options;
    const open = this.#prefix(streamId, deletion);
    const until = { untilMs, nowMs: clock.nowMs };
    if (deletion.broadcastId !== undefined) {
      for (const key of newestOf(region, streamId)) await this.#deleteIfAbout(key, deletion.broadcastId);
    }
    const progress: BulkProgress =
      deletion.recordings === 'delete'
        ? await deleteObjects(objects, [open, quarantinePrefix + open], until)
        : await moveObjects(objects, open, quarantinePrefix + open, until);
    if (progress.isDone) return { objects: progress.objects };
    const doing = deletion.recordings === 'delete' ? 'deleted' : 'moved';
    return {
      objects: progress.objects,
      waitsFor: `Recordings are being ${doing}: ${progress.objects} objects in this run, more remaining.`,
    };
  }

  /** What a worker wrote after the objects were gone, because it had lost touch with the store, goes now. */
  async #allow(streamId: StreamId, deletion: Deletion, untilMs: number): Promise<DeletionOutcome> {
    const cleared = await this.#clear(streamId, deletion, untilMs);
    if (cleared.waitsFor !== undefined) return cleared;
    await this.#options.denials.forget(this.#prefix(streamId, deletion).slice(0, -1));
    return cleared;
  }

  /** Deletes an object about the stream's newest broadcast if that is this one: each names it; a newer broadcast may be writing it right now. */
  #deleteIfAbout(key: string, broadcastId: string): Promise<void> {
    const { objects } = this.#options;
    return rewrite(async () => {
      const found = await objects.get(key);
      if (found?.body.includes(`${broadcastId}/`)) await objects.delete(key, { ifMatch: found.etag });
    }, isPreconditionFailed);
  }

  #prefix(streamId: StreamId, { broadcastId }: Deletion): string {
    const { region } = this.#options;
    return broadcastId === undefined
      ? streamPrefix(region, streamId)
      : broadcastPrefix(region, streamId, broadcastId);
  }
}

/** What the stream has of whatever is its newest broadcast. */
const newestOf = (region: string, streamId: StreamId): string[] =>
  [hlsIndexName, dashManifestName, posterName, storyboardName].map(
    (name) => streamPrefix(region, streamId) + name,
  );
