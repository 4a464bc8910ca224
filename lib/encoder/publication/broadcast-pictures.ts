import { storyboardName } from '../../object-store/object-names.ts';
import type { ObjectStore } from '../../object-store/ports.ts';
import { segmentMs } from '../../packaging/segment-grid.ts';
import { cellAt, cellMs, cellsPerSprite } from '../../packaging/storyboard/cells.ts';
import type { RetryPolicy } from '../../retry/policy/backoff.ts';
import { retry } from '../../retry/retry.ts';
import { type FfmpegBuild, frameModeFlag } from '../encoding/policy/ffmpeg/ffmpeg-version.ts';
import type { PictureKind } from '../encoding/policy/ffmpeg/picture-outputs.ts';
import type { StartEncoder } from '../ports.ts';
import { missingPictures } from './missing-pictures.ts';
import { ObjectWriter } from './object-writer.ts';
import type { ObjectWrite } from './policy/object-write.ts';
import {
  type PictureOwner,
  type PictureScope,
  picturePrefix,
  pictureScopes,
  posterWrite,
  spriteWrite,
  storyboardOf,
  storyboardWrite,
} from './policy/pictures/picture-objects.ts';
import { cellsPerWrite } from './policy/pictures/picture-pace.ts';
import type { PictureView } from './policy/pictures/picture-view.ts';
import { PosterChoice } from './policy/pictures/poster-choice.ts';
import { Storyboard } from './policy/pictures/storyboard.ts';
import type { RestoredPublication } from './policy/recovery/restore.ts';

export interface BroadcastPicturesOptions extends PictureOwner {
  readonly objects: ObjectStore;
  /** How many segments a viewer can rewind while live. */
  readonly windowSegments: number;
  /** @default true */
  readonly liveOrigin?: boolean;
  /** Unix ms of stream time 0; undefined before it is known. */
  readonly startedAtMs: () => number | undefined;
  readonly startEncoder: StartEncoder;
  readonly ffmpeg: Pick<FfmpegBuild, 'release' | 'year'>;
}

export interface BroadcastPicturesHandler {
  /** As the segment writer's. */
  mayWrite(): Promise<boolean>;
  superseded(byEpoch: number): void;
  /** Writing failed for a reason that isn't the store's. The broadcast goes on without. Must not throw. */
  picturesFaulted(cause: unknown): void;
}

/** What a worker may have had only in its memory: an open sprite, and one that it was about to write. */
const mostMissing = 2 * cellsPerSprite;
/** Nobody waits for pictures. */
const whileFailing: RetryPolicy = { firstMs: 500, factor: 2, longestMs: 5_000, jitter: 0.25 };

/** Writing was stopped. */
class PicturesStoppedError extends Error {
  override readonly name = 'PicturesStoppedError';
  readonly code = 'PICTURES_STOPPED';
}

/**
 * Poster and storyboard of a broadcast: what viewers are shown of them now, and writing them, beside the media and never in its way. The
 * store gets whole sprites, then the storyboards that name them.
 */
export class BroadcastPictures implements PictureView {
  readonly #options: BroadcastPicturesOptions;
  readonly #handler: BroadcastPicturesHandler;
  readonly #storyboard: Storyboard;
  readonly #posters: PosterChoice;
  readonly #objects: ObjectWriter;
  readonly #texts = new Map<PictureScope, { readonly version: string; readonly text: string }>();
  readonly #stopping = new AbortController();
  #running?: Promise<void> | undefined;
  /** What an earlier worker left, until its missing pictures are made. */
  #inherited: RestoredPublication | undefined;
  #isDue = false;
  #isEnded = false;

  constructor(
    options: BroadcastPicturesOptions,
    handler: BroadcastPicturesHandler,
    restored?: RestoredPublication,
  ) {
    this.#options = options;
    this.#handler = handler;
    this.#storyboard = new Storyboard(options.epoch, restored?.pictures?.sprites);
    this.#posters = new PosterChoice(restored?.pictures?.posterBytes);
    this.#inherited = restored;
    this.#objects = new ObjectWriter(options.objects, options.epoch, (byEpoch) => {
      if (this.#isStopped) return;
      this.stop();
      handler.superseded(byEpoch);
    });
  }

  /** A picture of this stream time. */
  add(kind: PictureKind, streamMs: number, jpeg: Buffer): void {
    if (this.#isStopped || this.#isEnded) return;
    if (kind === 'poster') {
      this.#posters.add(jpeg);
      if (!this.#posters.isStored) this.#write();
    } else if (this.#storyboard.add(cellAt(streamMs), jpeg)) {
      if (this.#inherited) void this.#makeMissing(this.#inherited);
      const { openCells } = this.#storyboard;
      if (openCells % cellsPerWrite(this.#options.liveOrigin) === 0) this.#write();
    }
  }

  poster(): Buffer | undefined {
    return this.#posters.newest;
  }

  storyboard(scope: PictureScope): string | undefined {
    const startedAtMs = this.#options.startedAtMs();
    const { version, hasPictures } = this.#storyboard;
    if (startedAtMs === undefined || !hasPictures) return undefined;
    const now = `${version} ${this.#isEnded}`;
    const known = this.#texts.get(scope);
    if (known?.version === now) return known.text;
    const text = storyboardOf(this.#options, scope, this.#storyboard.live(this.#firstCell), startedAtMs);
    this.#texts.set(scope, { version: now, text });
    return text;
  }

  sprite(from: number, count: number, epoch: number): Buffer | undefined {
    return this.#storyboard.bytes(from, count, epoch);
  }

  /** Writes what there is, for another worker to go on. */
  async leaveOpen(withinMs: number): Promise<void> {
    await this.#conclude(withinMs);
  }

  /** Writes what there is, for good. */
  async close(withinMs: number): Promise<void> {
    this.#isEnded = true;
    await this.#conclude(withinMs);
  }

  /** Writes nothing more. */
  stop(): void {
    this.#stopping.abort(new PicturesStoppedError('Stopped before every picture was written'));
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** The beginning of what viewers can go back to. */
  get #firstCell(): number {
    if (this.#isEnded) return 0;
    return this.#storyboard.nextCell - Math.ceil((this.#options.windowSegments * segmentMs) / cellMs) - 1;
  }

  async #conclude(withinMs: number): Promise<void> {
    this.#storyboard.close();
    this.#write();
    const timer = setTimeout(() => this.stop(), withinMs);
    while (this.#running) await this.#running;
    clearTimeout(timer);
    this.stop();
  }

  /** Begins with the first picture of ours: the media comes first. */
  async #makeMissing(restored: RestoredPublication): Promise<void> {
    this.#inherited = undefined;
    const cells = this.#storyboard.missing(mostMissing);
    if (cells.length === 0) return;
    const { objects, startEncoder, ffmpeg } = this.#options;
    const prefix = picturePrefix(this.#options, 'broadcast');
    const frameMode = frameModeFlag(ffmpeg);
    try {
      this.#storyboard.fill(
        await missingPictures(cells, { objects, startEncoder, frameMode, prefix, restored }),
      );
      this.#write();
    } catch (cause) {
      if (!this.#isStopped) this.#handler.picturesFaulted(cause);
    }
  }

  #write(): void {
    this.#isDue = true;
    this.#running ??= this.#writeDue().finally(() => {
      this.#running = undefined;
      if (this.#isDue && !this.#isStopped) this.#write();
    });
  }

  async #writeDue(): Promise<void> {
    this.#isDue = false;
    try {
      const startedAtMs = this.#options.startedAtMs();
      if (startedAtMs !== undefined) await this.#writeAll(startedAtMs);
    } catch (cause) {
      if (!this.#isStopped) this.#handler.picturesFaulted(cause);
    }
  }

  async #writeAll(startedAtMs: number): Promise<void> {
    const { liveOrigin = true } = this.#options;
    await this.#writePosters(liveOrigin || this.#isEnded ? this.#posters.unwritten : this.#posters.newest);
    const unfinished = liveOrigin ? undefined : this.#storyboard.unfinished();
    const sprites = [...this.#storyboard.unwritten(), ...(unfinished ? [unfinished] : [])];
    for (const each of sprites) {
      await this.#put(spriteWrite(this.#options, each));
      this.#storyboard.written(each.sprite);
    }
    if (sprites.length > 0 || this.#isEnded) await this.#writeStoryboards(startedAtMs);
  }

  async #writePosters(jpeg: Buffer | undefined): Promise<void> {
    if (!jpeg) return;
    for (const scope of pictureScopes) await this.#put(posterWrite(this.#options, scope, jpeg));
    this.#posters.written(jpeg);
  }

  async #writeStoryboards(startedAtMs: number): Promise<void> {
    const { stored } = this.#storyboard;
    for (const scope of stored.length > 0 ? pictureScopes : await this.#outdated()) {
      const text = storyboardOf(this.#options, scope, stored, startedAtMs);
      await this.#put(storyboardWrite(this.#options, scope, text));
    }
  }

  /** Where sound alone follows a broadcast with pictures, the stream's must not be those of that one. */
  async #outdated(): Promise<PictureScope[]> {
    const found = await this.#options.objects.get(picturePrefix(this.#options, 'stream') + storyboardName);
    return found ? ['stream'] : [];
  }

  async #put(object: ObjectWrite): Promise<void> {
    const { signal } = this.#stopping;
    await retry(() => this.#putOnce(object), whileFailing, { again: () => !signal.aborted, signal });
  }

  async #putOnce(object: ObjectWrite): Promise<void> {
    if (!(await this.#handler.mayWrite())) this.stop();
    this.#stopping.signal.throwIfAborted();
    await this.#objects.write(object, object.body[0]!);
  }
}
