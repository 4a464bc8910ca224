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
 * The slice of the control store that a proxy needs: check keys, find leases and workers, say that it is there, and how its
 * pushes to other servers stand.
 */
export type IngestStore = Pick<StreamStore, 'getStream'> &
  Pick<LeaseStore, 'getLease'> &
  Pick<DocumentStore, 'getDocument' | 'putDocument'> &
  Pick<StreamEventStore, 'appendEvent'> &
  FleetStore;

/** Gets what a publisher sends, beside its relay. It never throws and never waits: the session does not depend on it. */
export interface PublishTap {
  /** A worker takes the stream. */
  onAir(): void;
  /** What came in after `publish`, in order, from the first byte on. `bytes` are another reader's memory afterwards: copy what is kept. */
  take(bytes: Uint8Array): void;
  /** All that was there to read was taken, and is on its way to the worker. */
  flush(): void;
  /** The session is over; more than once is as good as once. */
  ended(): void;
}

/** Called for each publisher whose key is right. `chunkState`: of its reader, just after the publish command. */
export type OpenTap = (about: {
  readonly stream: StreamRecord;
  readonly sessionId: SessionId;
  readonly chunkState: ChunkState;
}) => PublishTap | undefined;
