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

/** All addresses of a name, as they are now. Throws an error with the resolver's `code`. */
export type Resolve = (host: string, options: { signal: AbortSignal }) => Promise<readonly string[]>;

/** Where to connect: addresses that were resolved and judged before, never a name. */
export interface ResolvedEndpoint {
  /** In the order in which they are tried. At least one. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** TLS: the name that the certificate must be for. Undefined: plain TCP. */
  readonly serverName?: string;
}

/** Opens a connection, over TLS where asked, or throws within `timeoutMs` an error with a `code`. */
export type DialResolved = (
  to: ResolvedEndpoint,
  options: { timeoutMs: number; signal: AbortSignal },
) => Promise<Connection>;
