import { isConditionFailed } from '../../control-store/errors.ts';
import {
  type ChannelOutlook,
  type ChannelSource,
  channelOutlook,
  isOpen,
  type ManagedChannel,
  unwantChannel,
  wantChannel,
} from '../../control-store/managed/managed-channel.ts';
import type { LeaseRecord } from '../../control-store/records.ts';
import type { Clock } from '../../net/clock.ts';
import { rewrite } from '../../retry/rewrite.ts';
import type { EncoderStore } from '../ports.ts';

export interface ChannelLinkOptions {
  readonly store: Pick<EncoderStore, 'getDocument' | 'putDocument'>;
  readonly clock: Clock;
  readonly lease: LeaseRecord;
  /** The channel's state, after each read. */
  readonly outlook: (outlook: ChannelOutlook) => void;
  /** The control store did not respond; the pending write will be retried. */
  readonly failed: (cause: unknown) => void;
}

const readEveryMs = 1000;

/** A broadcast's messages to and from the driver of its managed channel, through the stream's `channel` document. */
export class ChannelLink {
  readonly #options: ChannelLinkOptions;
  #wish?: { readonly source: ChannelSource; readonly atMs: number };
  #wanted = false;
  #reading = false;
  #lastReadMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: ChannelLinkOptions) {
    this.#options = options;
  }

  /** Requests a channel for this picture. Call once; it is written with the next read. */
  request(source: ChannelSource): void {
    this.#wish ??= { source, atMs: this.#options.clock.wallMs() };
  }

  /** Reads the document once a second; call more often than that. */
  tick(): void {
    const nowMs = this.#options.clock.nowMs();
    if (this.#closed || this.#reading || this.#wish === undefined || nowMs - this.#lastReadMs < readEveryMs)
      return;
    this.#lastReadMs = nowMs;
    this.#reading = true;
    void this.#readDocument()
      .catch((cause: unknown) => this.#options.failed(cause))
      .finally(() => {
        this.#reading = false;
      });
  }

  /** Records that the broadcast has ended. Its driver would find out without this, only later. */
  async release(): Promise<void> {
    this.#closed = true;
    const { broadcastId } = this.#options.lease;
    await this.#change((found) => found && unwantChannel(found, broadcastId));
  }

  /** Leaves the channel to another worker. */
  close(): void {
    this.#closed = true;
  }

  async #readDocument(): Promise<void> {
    const { store, lease, clock, outlook } = this.#options;
    const { streamId, broadcastId } = lease;
    if (!this.#wanted) await this.#ask();
    const document = await store.getDocument(streamId, 'channel');
    if (!this.#closed) outlook(channelOutlook(document?.body, broadcastId, clock.wallMs()));
  }

  async #ask(): Promise<void> {
    const { broadcastId, epoch } = this.#options.lease;
    const wish = this.#wish;
    if (wish === undefined) return;
    await this.#change((found) => wantChannel(found, { broadcastId, epoch, ...wish }));
    this.#wanted = true;
  }

  async #change(change: (found: ManagedChannel | undefined) => ManagedChannel | undefined): Promise<void> {
    const { store, lease } = this.#options;
    const { streamId } = lease;
    await rewrite(async () => {
      const found = await store.getDocument(streamId, 'channel');
      const body = change(found?.body);
      if (body === undefined || body === found?.body) return;
      const version = found?.version ?? 0;
      await store.putDocument({ streamId, kind: 'channel', open: isOpen(body), version, body });
    }, isConditionFailed);
  }
}
