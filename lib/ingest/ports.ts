import type {
  DocumentStore,
  FleetStore,
  LeaseStore,
  StreamEventStore,
  StreamStore,
} from '../control-store/ports.ts';
import type { StreamRecord } from '../control-store/records.ts';
import type { ChunkState } from '../protocol/rtmp/chunk-state.ts';
import type { SessionId } from '../routing/ids.ts';

/**
 * The part of the control store that a proxy needs: to check keys, find leases and workers, register itself, and report the
 * state of its pushes to other servers.
 */
export type IngestStore = Pick<StreamStore, 'getStream'> &
  Pick<LeaseStore, 'getLease'> &
  Pick<DocumentStore, 'getDocument' | 'putDocument'> &
  Pick<StreamEventStore, 'appendEvent'> &
  FleetStore;

/** Receives what a publisher sends, alongside its relay. Must never throw or block: the session doesn't depend on it. */
export interface PublishTap {
  /** A worker has accepted the stream. */
  onAir(): void;
  /**
   * Receives the bytes after `publish`, in order, from the first one on. `bytes` is reused after the call: copy what you
   * keep.
   */
  take(bytes: Uint8Array): void;
  /** Everything readable has been read and is on its way to the worker. */
  flush(): void;
  /** The session has ended; may be called more than once. */
  ended(): void;
}

/** Called for each publisher with a valid key. `chunkState`: its reader's state just after the publish command. */
export type OpenTap = (about: {
  readonly stream: StreamRecord;
  readonly sessionId: SessionId;
  readonly chunkState: ChunkState;
}) => PublishTap | undefined;
