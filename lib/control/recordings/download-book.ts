import type { StreamDocument } from '../../control-store/documents.ts';
import type { ClipRange, Download } from '../../control-store/downloads.ts';
import { isConditionFailed } from '../../control-store/errors.ts';
import type { ControlStore } from '../../control-store/ports.ts';
import type { Clock } from '../../net/clock.ts';
import { rewrite } from '../../retry/rewrite.ts';
import { type BroadcastId, randomId, type StreamId } from '../../routing/ids.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import { TooManyDownloadsError } from '../policy/errors.ts';
import { isSameDownload, maxDownloads } from './policy/download-machine.ts';

export interface DownloadBookOptions {
  readonly store: Pick<ControlStore, 'getDocument' | 'putDocument' | 'deleteDocument'>;
  readonly clock: Clock;
  readonly emit: EmitEvent;
}

export interface DownloadRequest extends ClipRange {
  readonly broadcastId: BroadcastId;
  readonly rendition?: string | undefined;
  readonly fileName: string;
}

/** What downloads there are, in a document beside the stream: a request is stored before it is answered. */
export class DownloadBook {
  readonly #options: DownloadBookOptions;

  constructor(options: DownloadBookOptions) {
    this.#options = options;
  }

  /** Oldest first. */
  async list(streamId: StreamId): Promise<readonly Download[]> {
    return (await this.#options.store.getDocument(streamId, 'downloads'))?.body.items ?? [];
  }

  /** Repeating a request changes nothing. Throws `TooManyDownloadsError` and whatever the store throws. */
  async ask(streamId: StreamId, request: DownloadRequest): Promise<Download> {
    const { clock, emit } = this.#options;
    const { broadcastId, startMs, endMs, rendition, fileName } = request;
    const asked: Download = {
      id: randomId(12),
      broadcastId,
      ...(startMs !== undefined && { startMs }),
      ...(endMs !== undefined && { endMs }),
      ...(rendition !== undefined && { rendition }),
      fileName,
      state: 'queued',
      askedAtMs: clock.wallMs(),
      tries: 0,
    };
    let known: Download | undefined;
    await this.#rewrite(streamId, (items) => {
      known = items.find((each) => isSameDownload(each, asked));
      if (known) return items;
      if (items.length >= maxDownloads) {
        throw new TooManyDownloadsError(`Stream ${streamId} has ${items.length} downloads.`);
      }
      return [...items, asked];
    });
    if (known) return known;
    const clip = startMs !== undefined || endMs !== undefined;
    emit('control.download.asked', { streamId, broadcastId, downloadId: asked.id, clip });
    return asked;
  }

  /**
   * Changes a download; `change` returns the same object to leave it as it is, and undefined to remove it. Returns what is stored then;
   * undefined if it is gone. `change` may be called again after a conflicting write.
   */
  async change(
    streamId: StreamId,
    id: string,
    change: (download: Download) => Download | undefined,
  ): Promise<Download | undefined> {
    const items = await this.#rewrite(streamId, (before) =>
      before.flatMap((each) => (each.id === id ? (change(each) ?? []) : each)),
    );
    return items.find((each) => each.id === id);
  }

  /** Of the stream, or of one broadcast: their files are deleted with the recording. What is being made is given up. */
  async forget(streamId: StreamId, broadcastId?: BroadcastId): Promise<void> {
    await this.#rewrite(streamId, (items) =>
      broadcastId === undefined ? [] : items.filter((each) => each.broadcastId !== broadcastId),
    );
  }

  #rewrite(
    streamId: StreamId,
    change: (items: readonly Download[]) => readonly Download[],
  ): Promise<readonly Download[]> {
    const { store } = this.#options;
    return rewrite(async () => {
      const before = await store.getDocument(streamId, 'downloads');
      const old = before?.body.items ?? [];
      const items = change(old);
      const isSame = items.length === old.length && items.every((each, at) => each === old[at]);
      if (isSame) return items;
      if (items.length > 0) await store.putDocument(documentOf(streamId, items, before));
      else if (before) await store.deleteDocument(before);
      return items;
    }, isConditionFailed);
  }
}

/** Open as long as there is a file to delete. */
const documentOf = (
  streamId: StreamId,
  items: readonly Download[],
  before: StreamDocument<'downloads'> | undefined,
): StreamDocument<'downloads'> => ({
  streamId,
  kind: 'downloads',
  version: before?.version ?? 0,
  open: true,
  body: { items },
});
