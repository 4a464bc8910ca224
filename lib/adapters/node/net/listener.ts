import { createServer, type Server, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  DEFAULT_CIPHERS,
  type SecureContextOptions,
  type TLSSocket,
  type Server as TlsServer,
} from 'node:tls';
import type { Connection, Endpoint } from '../../../net/socket.ts';
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
  /** Expect a PROXY protocol v2 header first. Only behind a balancer that sends it. */
  readonly proxyHeader?: boolean;
  /** Connections beyond this, including TLS handshakes, are closed immediately. */
  readonly maxConnections: number;
  /** For the PROXY header and the TLS handshake, each. */
  readonly handshakeTimeoutMs: number;
  /** The tick that batching connections wait for between reads. */
  readonly batch?: ReadBatch;
}

export interface ListenerHandler {
  connected(connection: Connection): void;
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
    begin(socket).catch((cause: Error) => {
      handler.refused(remoteOf(socket), cause);
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

  async function begin(socket: Socket): Promise<void> {
    socket.on('error', () => {});
    let remote: Endpoint | undefined;
    let initial: Buffer | undefined;
    if (options.proxyHeader) {
      ({ source: remote, rest: initial } = await readProxyHeader(socket, options.handshakeTimeoutMs));
    }
    // The peer disconnected before it was accepted: there is nobody to talk to.
    if (socket.remoteAddress === undefined) throw new Error('the peer disconnected before it was accepted');
    if (tls === undefined) {
      handler.connected(socketConnection(socket, { remote, initial, batch: options.batch }));
      return;
    }
    if (initial !== undefined && initial.length > 0) socket.unshift(initial);
    if (remote !== undefined) clientOf.set(socket, remote);
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

/** The client named by a PROXY header, by raw socket, until the TLS handshake is done. */
const clientOf = new WeakMap<Socket, Endpoint>();

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
    const remote = clientOf.get(rawSocketOf(socket) ?? socket);
    if (socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    handler.connected(socketConnection(socket, { secure: true, remote, batch }));
  });
  server.on('tlsClientError', (cause, socket) => {
    handler.refused(clientOf.get(rawSocketOf(socket) ?? socket) ?? remoteOf(socket), cause);
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
