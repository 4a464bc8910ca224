import type { StreamRecord } from '../control/policy/records.ts';
import type {
  DocumentStore,
  FleetStore,
  LeaseStore,
  StreamEventStore,
  StreamStore,
} from '../control/ports.ts';
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

/** A socket address. `host` is an IP address in text. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * A byte stream both ways. It reads into memory that the handler lends, so that a relay need not copy. Nothing is read
 * before `start`. After `closed` nothing more is called, and writes are dropped.
 */
export interface Connection {
  /** The peer, as a PROXY protocol header names it where the listener takes one. */
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly secure: boolean;
  /** Bytes that were written and that the kernel has not taken. */
  readonly backlogBytes: number;
  /** Once. Reading begins. */
  start(handler: ConnectionHandler): void;
  /** Sends one or more pieces as one. False: the peer is behind, `drained` follows. The pieces are kept while backlogBytes > 0. */
  write(...pieces: Uint8Array[]): boolean;
  /**
   * From now on reads are taken together with those of the other batched connections, every `batchMs` of the listener: what
   * costs is waking up. Without effect where the listener does not batch and on dialled connections.
   */
  batchReads(): void;
  /** Stops reading; what was already read may still be delivered. */
  pause(): void;
  resume(): void;
  /** Half-closes after what is queued. */
  end(): void;
  /** Closes at once, by a reset where the transport has one; what is queued is dropped. */
  abort(): void;
}

export interface ConnectionHandler {
  /** The memory for the next read: asked at the start and after each `data`. Never empty. */
  into(): Uint8Array;
  /** `bytes` lie at the start of what `into` gave last. */
  data(bytes: Buffer): void;
  /** All that was there to read was delivered: what `data` gathered can be sent on. Follows one or more `data`. */
  batchEnded(): void;
  /** The peer half-closed. */
  ended(): void;
  /** The kernel took all that was queued. */
  drained(): void;
  /** Once and last; `fault` where it did not close in order. */
  closed(fault: Error | undefined): void;
}

/** Opens a connection, or throws within `timeoutMs`: `ConnectError` with code `CONNECT_FAILED`. */
export type Dial = (to: Endpoint, options: { timeoutMs: number }) => Promise<Connection>;
