import { isConditionFailed } from '../../control-store/errors.ts';
import {
  type ChannelOutlook,
  type ChannelSource,
  channelOutlook,
  isOpen,
  type ManagedChannel,
  unwantChannel,
  wantChannel,
} from '../../control-store/managed-channel.ts';
import type { LeaseRecord } from '../../control-store/records.ts';
import type { Clock } from '../../net/clock.ts';
import { rewrite } from '../../retry/rewrite.ts';
import type { EncoderStore } from '../ports.ts';

export interface ChannelLinkOptions {
  readonly store: Pick<EncoderStore, 'getDocument' | 'putDocument'>;
  readonly clock: Clock;
  readonly lease: LeaseRecord;
  /** How the channel stands, each time that it was looked at. */
  readonly outlook: (outlook: ChannelOutlook) => void;
  /** The control store did not answer; what was to be said is said again. */
  readonly failed: (cause: unknown) => void;
}

const lookEveryMs = 1000;

/** What a broadcast says to the driver of its managed channel, and hears of it: both by the stream's `channel` document. */
export class ChannelLink {
  readonly #options: ChannelLinkOptions;
  #wish?: { readonly source: ChannelSource; readonly atMs: number };
  #wanted = false;
  #looking = false;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: ChannelLinkOptions) {
    this.#options = options;
  }

  /** A channel is wanted for this picture. Once; it is asked for at the next look. */
  want(source: ChannelSource): void {
    this.#wish ??= { source, atMs: this.#options.clock.wallMs() };
  }

  /** Looks each second; call more often. */
  tick(): void {
    const nowMs = this.#options.clock.nowMs();
    if (this.#closed || this.#looking || this.#wish === undefined || nowMs - this.#lookedMs < lookEveryMs)
      return;
    this.#lookedMs = nowMs;
    this.#looking = true;
    void this.#look()
      .catch((cause: unknown) => this.#options.failed(cause))
      .finally(() => {
        this.#looking = false;
      });
  }

  /** Says that the broadcast is over. Its driver finds that out by itself, too, only later. */
  async unwant(): Promise<void> {
    this.#closed = true;
    const { broadcastId } = this.#options.lease;
    await this.#change((found) => found && unwantChannel(found, broadcastId));
  }

  /** Leaves it to another worker. */
  close(): void {
    this.#closed = true;
  }

  async #look(): Promise<void> {
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
