import type { EndReason } from '../control-store/records.ts';
import type { BroadcastId, StreamId } from '../routing/ids.ts';
import type { LiveBroadcast } from './live/live-broadcast.ts';
import type { PublishSession } from './publisher/publish-session.ts';

/** A broadcast as its worker sees it, whatever encodes it. */
export interface ActiveBroadcast {
  readonly streamId: StreamId;
  readonly id: BroadcastId;
  /** Of the lease that it is written under. */
  readonly epoch: number;
  /** What live origins read of it; undefined if a channel encodes it, or if there are none. */
  readonly live?: LiveBroadcast | undefined;
  /** Resolves when nothing of it remains here, including the lease. */
  readonly ended: Promise<void>;
  readonly ending: boolean;
  /** A publisher is on air, and viewers don't have its media in time yet. */
  readonly isCatchingUp: boolean;
  /** Resolves to true if the session may publish, false if another publisher is alive. */
  attach(session: PublishSession): Promise<boolean>;
  /**
   * Hands it over once the publisher's proxy has moved it to another worker, or has found none with room for `withinMs`. Resolves
   * to whether the publisher left, to a worker that has to catch up with it.
   */
  drain(withinMs: number): Promise<boolean>;
  /** Leaves it open for another worker to continue, and releases the lease. */
  handOver(): Promise<void>;
  /** The control store is usable again after `downMs`. */
  controlRecovered(downMs: number): void;
  /** Ends the broadcast. Only the first call counts. */
  end(reason: EndReason): void;
}
