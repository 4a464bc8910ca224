import type { EndReason } from '../control-store/records.ts';
import type { BroadcastId, StreamId } from '../routing/ids.ts';
import type { PublishSession } from './publisher/publish-session.ts';

/** A broadcast as its worker sees it, whatever encodes it. */
export interface ActiveBroadcast {
  readonly streamId: StreamId;
  readonly id: BroadcastId;
  /** Resolves when nothing of it is left here, the lease included. */
  readonly ended: Promise<void>;
  readonly ending: boolean;
  /** A session wants to publish: true when it is accepted, false where another publisher is alive. */
  attach(session: PublishSession): Promise<boolean>;
  /** Hands it over once the publisher's proxy has moved it to another worker, or found none that has room for long. */
  drain(): Promise<void>;
  /** Leaves it open for another worker to go on with; the lease is let go. */
  handOver(): Promise<void>;
  /** The control store, which could not be used for so long, can be used again. */
  controlRecovered(downMs: number): void;
  /** Ends the broadcast. Once. */
  end(reason: EndReason): void;
}
