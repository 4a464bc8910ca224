import type { Download } from '../../control-store/downloads.ts';
import type { ControlStore } from '../../control-store/ports.ts';
import type { Clock } from '../../net/clock.ts';
import { broadcastPrefix, downloadName } from '../../object-store/object-names.ts';
import type { ObjectStore, UploadStore } from '../../object-store/ports.ts';
import { CmafError } from '../../packaging/cmaf/errors.ts';
import type { StreamId } from '../../routing/ids.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import { openPages } from '../background-steps.ts';
import type { DownloadBook } from './download-book.ts';
import { DownloadInterruptedError, DownloadRefusedError } from './errors.ts';
import { planMovie } from './movie-plan.ts';
import { type MovieFacts, writeMovie } from './movie-writer.ts';
import {
  beatEveryMs,
  begun,
  downloadLifeMs,
  dueAtMs,
  dueStep,
  failed,
  made,
} from './policy/download-machine.ts';
import { attachment } from './policy/download-name.ts';

export interface DownloadRunnerOptions {
  readonly book: Pick<DownloadBook, 'list' | 'change'>;
  readonly store: Pick<ControlStore, 'listOpenDocuments'>;
  readonly objects: Pick<ObjectStore, 'get' | 'delete'> & UploadStore;
  readonly region: string;
  /**
   * Segments that are read ahead. Where the store is far away, time is spent on waiting for it: more at once take less, and more memory.
   * @default 4
   */
  readonly readsAtOnce?: number;
  /** How long the program has for its work; what takes most of it and isn't done needs more than any run has. @default no limit */
  readonly patienceMs?: number;
  readonly clock: Clock;
  readonly emit: EmitEvent;
}

/** How long a sweep leaves a stream alone at most, in case another program's clock is ahead. */
const longestRestMs = 60_000;
const maxResting = 20_000;
/** A file that took this share of a run's time had it nearly for itself. */
const mostOfTime = 0.8;

/**
 * Writes recordings, and clips of them, as single MP4 files, one after another, and deletes those whose time is over. Which one is
 * taken says the stream's document, so several runners may work at once, and the next one continues where one died: it writes the file
 * anew.
 */
export class DownloadRunner {
  readonly #options: DownloadRunnerOptions;
  readonly #running = new Map<StreamId, Promise<void>>();
  /** Until when a sweep has nothing to do for a stream (monotonic). */
  readonly #restingUntilMs = new Map<StreamId, number>();
  #last: Promise<void> = Promise.resolve();
  #sweeping: Promise<void> | undefined;
  #sweepFailing = false;
  readonly #stopping = new AbortController();
  readonly #outOfTime: NodeJS.Timeout | undefined;

  constructor(options: DownloadRunnerOptions) {
    this.#options = options;
    const { patienceMs } = options;
    if (patienceMs !== undefined) this.#outOfTime = setTimeout(() => void this.stop(), patienceMs);
  }

  /** Does what is due for a stream, after what is under way for others. Failures are logged and left for the next sweep. */
  run(streamId: StreamId): Promise<void> {
    const running = this.#running.get(streamId);
    if (running) return running;
    // One at a time: on one machine it shares the processors with live encoders.
    const run = this.#last
      .then(() => this.#work(streamId))
      .catch((cause: unknown) => {
        if (!this.#stopping.signal.aborted) {
          this.#options.emit('control.download.sweep-failed', { streamId, cause });
        }
      })
      .finally(() => this.#running.delete(streamId));
    this.#last = run;
    this.#running.set(streamId, run);
    return run;
  }

  /** Does what is due for all streams. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  /** Interrupts what is under way; it is begun again by whoever comes next. */
  async stop(): Promise<void> {
    clearTimeout(this.#outOfTime);
    this.#stopping.abort(new DownloadInterruptedError('The program stops.'));
    await this.#last;
  }

  async #sweep(): Promise<void> {
    const { store, clock, emit } = this.#options;
    try {
      for await (const streamIds of openPages(store, 'downloads')) {
        for (const streamId of streamIds) {
          if (this.#stopping.signal.aborted) return;
          if (clock.nowMs() >= (this.#restingUntilMs.get(streamId) ?? 0)) await this.run(streamId);
        }
      }
      this.#sweepFailing = false;
    } catch (cause) {
      if (!this.#sweepFailing) emit('control.download.sweep-failed', { cause });
      this.#sweepFailing = true;
    }
  }

  async #work(streamId: StreamId): Promise<void> {
    const { book, clock } = this.#options;
    const { signal } = this.#stopping;
    const done = new Set<string>();
    while (!signal.aborted) {
      const items = await book.list(streamId);
      const nowMs = clock.wallMs();
      const due = items.find((each) => !done.has(each.id) && dueStep(each, nowMs) !== undefined);
      if (!due) {
        this.#rest(streamId, items, nowMs);
        return;
      }
      // Each once in a run: what fails waits for the next.
      done.add(due.id);
      if (dueStep(due, nowMs) === 'make') await this.#make(streamId, due);
      else await this.#delete(streamId, due);
    }
  }

  #rest(streamId: StreamId, items: readonly Download[], nowMs: number): void {
    const nextMs = Math.min(longestRestMs, ...items.map((each) => dueAtMs(each) - nowMs));
    if (this.#restingUntilMs.size >= maxResting) this.#restingUntilMs.clear();
    this.#restingUntilMs.set(streamId, this.#options.clock.nowMs() + Math.max(0, nextMs));
  }

  async #make(streamId: StreamId, due: Download): Promise<void> {
    const { book, clock, emit } = this.#options;
    let isOurs = false;
    const taken = await book.change(streamId, due.id, (stored) => {
      isOurs = dueStep(stored, clock.wallMs()) === 'make';
      return isOurs ? begun(stored, clock.wallMs()) : stored;
    });
    if (!taken || !isOurs) return;
    const { id: downloadId, broadcastId } = taken;
    const about = { streamId, broadcastId, downloadId };
    const startedAtMs = clock.nowMs();
    try {
      const facts = await this.#write(streamId, taken);
      const stored = await book.change(streamId, downloadId, (each) => made(each, facts, clock.wallMs()));
      // Nobody would ever delete the file of a stream that is gone, except the bucket's own rules.
      if (!stored) await this.#options.objects.delete(this.#keyOf(streamId, taken));
      const tookMs = Math.round(clock.nowMs() - startedAtMs);
      emit('control.download.made', { ...about, ...facts, tookMs });
    } catch (cause) {
      const { detail, isLasting } = this.#wordsFor(cause, clock.nowMs() - startedAtMs);
      const stored = await book.change(streamId, downloadId, (each) =>
        failed(each, detail, isLasting, clock.wallMs()),
      );
      emit('control.download.failed', { ...about, again: stored?.state === 'queued', cause });
    }
  }

  /** What to tell people, and whether trying again would help. */
  #wordsFor(cause: unknown, tookMs: number): { readonly detail: string; readonly isLasting: boolean } {
    const { patienceMs } = this.#options;
    if (cause instanceof DownloadRefusedError) return { detail: cause.message, isLasting: true };
    const detail = 'Writing the file failed. Ask for it again.';
    const hadItsTime = patienceMs !== undefined && tookMs >= mostOfTime * patienceMs;
    if (cause instanceof DownloadInterruptedError && hadItsTime) {
      const minutes = Math.round(patienceMs / 60_000);
      return {
        detail: `It takes longer than ${minutes} minutes to write this file. Ask for a clip, or for a lower quality.`,
        isLasting: true,
      };
    }
    return { detail, isLasting: cause instanceof CmafError };
  }

  async #write(streamId: StreamId, download: Download): Promise<MovieFacts> {
    const { objects, region, readsAtOnce = 4 } = this.#options;
    const { broadcastId, fileName, tries } = download;
    // Whoever began it before may have died just after the file was complete.
    if (tries > 1) await objects.delete(this.#keyOf(streamId, download));
    const plan = await planMovie(objects, broadcastPrefix(region, streamId, broadcastId), download);
    const upload = await objects.beginUpload(this.#keyOf(streamId, download), {
      contentType: 'video/mp4',
      // Caches need not keep it for longer than the object store does.
      cacheControl: `public, max-age=${downloadLifeMs / 1000}`,
      contentDisposition: attachment(fileName),
    });
    const beat = this.#beat(streamId, download);
    try {
      const signal = AbortSignal.any([this.#stopping.signal, beat.signal]);
      return await writeMovie({ plan, objects, upload, readsAtOnce, signal, progress: beat.progress });
    } catch (cause) {
      await upload.abort().catch(() => {});
      throw cause;
    } finally {
      await beat.stop();
    }
  }

  /**
   * Says how far it is every ten seconds, also while nothing moves: S3 takes minutes to put a large file together. Its signal is raised
   * once nobody wants the download any more.
   */
  #beat(streamId: StreamId, { id }: Download) {
    const { book, clock } = this.#options;
    const unwanted = new AbortController();
    let progress = 0;
    let saidAtMs = clock.nowMs();
    let saying: Promise<unknown> = Promise.resolve();
    const say = async (): Promise<void> => {
      try {
        const stored = await book.change(streamId, id, (each) =>
          each.state === 'running' ? { ...each, beatAtMs: clock.wallMs(), progress } : each,
        );
        if (!stored) unwanted.abort(new DownloadRefusedError('The recording has been deleted.'));
      } catch {
        // The next one may be stored.
      }
    };
    const tell = (): void => {
      saidAtMs = clock.nowMs();
      saying = saying.then(say);
    };
    const timer = setInterval(tell, beatEveryMs);
    return {
      signal: unwanted.signal,
      progress: (share: number): void => {
        progress = Math.round(share * 1000) / 1000;
        const nowMs = clock.nowMs();
        // The first one early, so that whoever waits sees that it moves.
        if (nowMs - saidAtMs < Math.min(beatEveryMs, 500 + progress * beatEveryMs)) return;
        tell();
      },
      stop: async (): Promise<void> => {
        clearInterval(timer);
        await saying;
      },
    };
  }

  async #delete(streamId: StreamId, due: Download): Promise<void> {
    const { book, objects, emit } = this.#options;
    const { id: downloadId, broadcastId, state } = due;
    if (state === 'ready') await objects.delete(this.#keyOf(streamId, due));
    await book.change(streamId, downloadId, () => undefined);
    emit('control.download.expired', { streamId, broadcastId, downloadId });
  }

  #keyOf(streamId: StreamId, { broadcastId, id }: Pick<Download, 'broadcastId' | 'id'>): string {
    return broadcastPrefix(this.#options.region, streamId, broadcastId) + downloadName(id);
  }
}
