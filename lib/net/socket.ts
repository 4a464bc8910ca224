/** A socket address. `host` is an IP address in text. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * A bidirectional byte stream. It reads into memory provided by the handler, so a relay need not copy. Nothing is read before
 * `start`. After `closed` no handler method is called and writes are dropped.
 */
export interface Connection {
  /** The peer, taken from the PROXY protocol header if the listener accepts one. */
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly secure: boolean;
  /** Bytes written that the kernel has not accepted yet. */
  readonly backlogBytes: number;
  /** Starts reading. Call it once. */
  start(handler: ConnectionHandler): void;
  /**
   * Sends one or more pieces as one write. False: the peer is behind, and `drained` follows. Pieces must stay unchanged while
   * backlogBytes > 0.
   */
  write(...pieces: Uint8Array[]): boolean;
  /**
   * From now on, reads together with all other batched connections, every `batchMs` of the listener, because wake-ups are what
   * costs. No effect on dialled connections or if the listener does not batch.
   */
  batchReads(): void;
  /** Stops reading; data already read may still be delivered. */
  pause(): void;
  resume(): void;
  /** Half-closes once the queue is flushed. */
  end(): void;
  /** Closes immediately, by a reset if the transport has one, and drops the queue. */
  abort(): void;
}

export interface ConnectionHandler {
  /** The memory for the next read; called at the start and after each `data`. Never empty. */
  into(): Uint8Array;
  /** `bytes` lies at the start of the memory last returned by `into`. */
  data(bytes: Buffer): void;
  /** Everything available was delivered: what `data` collected can be forwarded. Follows one or more `data`. */
  batchEnded(): void;
  /** The peer half-closed. */
  ended(): void;
  /** The kernel accepted everything that was queued. */
  drained(): void;
  /** Called once, last; `fault` if the connection did not close cleanly. */
  closed(fault: Error | undefined): void;
}

/** A connection as its listener counts it, from being accepted on. */
export interface Arrival {
  /** It had to give way to others and is closed; that needs no further report. */
  readonly gaveWay: boolean;
  /** The peer's address, once a PROXY header names it. */
  comesFrom(host: string): void;
  /** The peer has shown who it is: it no longer gives way. */
  verified(): void;
  /** It counts among the unknown again. */
  unverified(): void;
  closed(): void;
}

/**
 * Who may wait at a listener. `host`: undefined until a balancer's PROXY header names it. `giveWay` closes the connection; it may be
 * called before `enter` returns for another one.
 */
export interface Arrivals {
  enter(host: string | undefined, giveWay: () => void): Arrival;
}

/** Opens a connection, or throws `ConnectError` (code `CONNECT_FAILED`) within `timeoutMs`. */
export type Dial = (to: Endpoint, options: { timeoutMs: number }) => Promise<Connection>;

/** All current addresses of a name. Throws an error with the resolver's `code`. */
export type Resolve = (host: string, options: { signal: AbortSignal }) => Promise<readonly string[]>;

/** Where to connect: addresses that were already resolved and checked, never a name. */
export interface ResolvedEndpoint {
  /** In the order they are tried. At least one. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** The name the TLS certificate must be valid for. Undefined: plain TCP. */
  readonly serverName?: string;
}

/** Opens a connection, over TLS if `serverName` is set, or throws an error with a `code` within `timeoutMs`. */
export type DialResolved = (
  to: ResolvedEndpoint,
  options: { timeoutMs: number; signal: AbortSignal },
) => Promise<Connection>;
