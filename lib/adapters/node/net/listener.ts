import { createServer, isIP, isIPv4, type Server, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  DEFAULT_CIPHERS,
  type SecureContextOptions,
  type TLSSocket,
  type Server as TlsServer,
} from 'node:tls';
import type { Arrival, Arrivals, Connection, Endpoint } from '../../../net/socket.ts';
import type { AllowedAddresses } from '../../../routing/target-address.ts';
import { socketConnection } from './connection.ts';
import { readProxyHeader } from './proxy-header-reader.ts';
import type { ReadBatch } from './read-batch.ts';

/** PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface ListenerOptions {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /**
   * If set, connections use TLS 1.2. At most one per type of key: a client gets the first, in the order P-256, RSA, whose
   * algorithms it offers.
   */
  readonly certificates?: readonly Certificate[];
  /**
   * Expect a PROXY protocol v2 header first, from balancers at these addresses. Others are refused: they could claim any address.
   */
  readonly proxyHeaderFrom?: AllowedAddresses | undefined;
  /** Whether connections may also begin without that header, as clients do. @default false */
  readonly proxyHeaderOptional?: boolean;
  /** Counts the connections and bounds those that wait. @default only `maxConnections` does */
  readonly arrivals?: Arrivals;
  /** Connections beyond this, including TLS handshakes, are closed immediately. */
  readonly maxConnections: number;
  /** For the PROXY header and the TLS handshake, each. */
  readonly handshakeTimeoutMs: number;
  /** The tick that batching connections wait for between reads. */
  readonly batch?: ReadBatch;
}

export interface ListenerHandler {
  connected(connection: Connection, arrival: Arrival): void;
  /** A connection was rejected: its PROXY header or TLS handshake failed, or there were too many connections. */
  refused(remote: Endpoint, cause: Error): void;
}

export interface Listener {
  readonly port: number;
  /** Uses new certificates for new connections; existing ones keep theirs. Throws if one is unusable. */
  setCertificates(certificates: readonly Certificate[]): void;
  /** Stops accepting; existing connections continue. */
  close(): void;
}

/** A connection arrived while the listener was at its limit. */
export class TooManyConnectionsError extends Error {
  override readonly name = 'TooManyConnectionsError';
  readonly code = 'TOO_MANY_CONNECTIONS';
}

/**
 * librtmp with GnuTLS (rtmpdump, curl, GStreamer's rtmpsink) takes a session ticket of TLS 1.3 for an error and gives up; Node
 * cannot switch those tickets off.
 */
const version = 'TLSv1.2';

/**
 * P-256 first, for clients that can do both: its handshakes cost half as much as RSA-2048's, which Node would prefer. Without
 * RSA key exchange (`kRSA`), so that whoever gets a key later cannot read recorded connections.
 */
const ciphers = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  DEFAULT_CIPHERS,
  '!kRSA',
].join(':');

const tlsSettings = (certificates: readonly Certificate[]): SecureContextOptions => ({
  cert: certificates.map(({ cert }) => cert),
  key: certificates.map(({ key }) => key),
  minVersion: version,
  maxVersion: version,
  ciphers,
});

/** Listens for TCP or TLS connections. Rejects with Node's error (`EADDRINUSE` …) on failure. */
export async function listen(options: ListenerOptions, handler: ListenerHandler): Promise<Listener> {
  const tls = options.certificates && tlsServer(options, options.certificates, handler);
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, keepAlive: true }, (socket) => {
    let close = (): void => void socket.destroy();
    const host = options.proxyHeaderFrom === undefined ? (socket.remoteAddress ?? '') : undefined;
    const arrival = options.arrivals?.enter(host, () => close()) ?? uncounted;
    socket.on('close', () => arrival.closed());
    const accepted: Accepted = {
      arrival,
      connected(connection) {
        close = () => connection.abort();
        handler.connected(connection, arrival);
      },
    };
    begin(socket, accepted).catch((cause: Error) => {
      if (!arrival.gaveWay) handler.refused(remoteOf(socket), cause);
      socket.destroy();
    });
  });
  server.maxConnections = options.maxConnections;
  server.on('drop', (dropped) => {
    handler.refused(
      { host: dropped?.remoteAddress ?? '', port: dropped?.remotePort ?? 0 },
      new TooManyConnectionsError(`the limit of ${options.maxConnections} connections is reached`),
    );
  });

  async function begin(socket: Socket, accepted: Accepted): Promise<void> {
    socket.on('error', () => {});
    let remote: Endpoint | undefined;
    let initial: Buffer | undefined;
    if (options.proxyHeaderFrom !== undefined) {
      if (!isFrom(options.proxyHeaderFrom, socket)) throw new UntrustedBalancerError();
      ({ source: remote, rest: initial } = await readProxyHeader(socket, {
        timeoutMs: options.handshakeTimeoutMs,
        optional: options.proxyHeaderOptional ?? false,
      }));
      accepted.arrival.comesFrom(remote?.host ?? socket.remoteAddress ?? '');
    }
    if (accepted.arrival.gaveWay) return;
    // The peer disconnected before it was accepted: there is nobody to talk to.
    if (socket.remoteAddress === undefined) throw new Error('the peer disconnected before it was accepted');
    if (tls === undefined) {
      accepted.connected(socketConnection(socket, { remote, initial, batch: options.batch }));
      return;
    }
    if (initial !== undefined && initial.length > 0) socket.unshift(initial);
    acceptedOf.set(socket, { ...accepted, remote });
    tls.emit('connection', socket);
  }

  await bind(server, options);
  const { port } = server.address() as { port: number };
  return {
    port,
    setCertificates: (certificates) => tls?.setSecureContext(tlsSettings(certificates)),
    close: () => server.close(),
  };
}

/** A connection that was accepted and isn't handed on yet. */
interface Accepted {
  readonly arrival: Arrival;
  /** The client named by a PROXY header. */
  readonly remote?: Endpoint | undefined;
  connected(connection: Connection): void;
}

/** By raw socket, until the TLS handshake is done. */
const acceptedOf = new WeakMap<Socket, Accepted>();

const uncounted: Arrival = {
  gaveWay: false,
  comesFrom() {},
  verified() {},
  unverified() {},
  closed() {},
};

/** Sent a PROXY header from an address that is no balancer's. */
export class UntrustedBalancerError extends Error {
  override readonly name = 'UntrustedBalancerError';
  readonly code = 'UNTRUSTED_BALANCER';

  constructor() {
    super('PROXY headers are accepted only from the addresses in HEADWATER_PROXY_PROTOCOL_FROM');
  }
}

function isFrom(balancers: AllowedAddresses, { remoteAddress = '' }: Socket): boolean {
  const address = remoteAddress.replace(/^::ffff:(?=[0-9.]+$)/, '');
  return isIP(address) !== 0 && balancers.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** A TLS server that doesn't listen itself: raw sockets are handed to it. */
function tlsServer(
  options: ListenerOptions,
  certificates: readonly Certificate[],
  handler: ListenerHandler,
): TlsServer {
  const { batch } = options;
  const server = createTlsServer({
    ...tlsSettings(certificates),
    allowHalfOpen: true,
    handshakeTimeout: options.handshakeTimeoutMs,
  });
  server.on('secureConnection', (socket) => {
    const accepted = acceptedOf.get(rawSocketOf(socket) ?? socket);
    if (socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const connection = socketConnection(socket, { secure: true, remote: accepted?.remote, batch });
    if (accepted === undefined) handler.connected(connection, uncounted);
    else accepted.connected(connection);
  });
  server.on('tlsClientError', (cause, socket) => {
    const { remote, arrival } = acceptedOf.get(rawSocketOf(socket) ?? socket) ?? {};
    if (!arrival?.gaveWay) handler.refused(remote ?? remoteOf(socket), cause);
    socket.destroy();
  });
  return server;
}

/** The socket below a TLS socket. Not a public API; without it, the only loss is that the address is the balancer's. */
function rawSocketOf(socket: TLSSocket): Socket | undefined {
  return (socket as TLSSocket & { _parent?: Socket })._parent;
}

function remoteOf(socket: Socket): Endpoint {
  return { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
}

function bind(server: Server, { host, port }: ListenerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
