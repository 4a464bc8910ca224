import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
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
  /** 0 takes a free one. */
  readonly port: number;
  /** With it, connections are TLS (1.2 or 1.3). */
  readonly certificate?: Certificate;
  /** Expect a PROXY protocol v2 header in front of everything. Only behind a balancer that sends it. */
  readonly proxyHeader?: boolean;
  /** Connections beyond this are closed as they come, TLS handshakes included. */
  readonly maxConnections: number;
  /** For the PROXY header and the TLS handshake, each. */
  readonly handshakeTimeoutMs: number;
  /** Where connections that ask for it wait between reads. */
  readonly batch?: ReadBatch;
}

export interface ListenerHandler {
  connected(connection: Connection): void;
  /** A connection ended before it began: its PROXY header or TLS handshake failed, or there were too many. */
  refused(remote: Endpoint, cause: Error): void;
}

export interface Listener {
  readonly port: number;
  /** Takes a new certificate for new connections; those that stand keep theirs. Throws where it cannot be used. */
  setCertificate(certificate: Certificate): void;
  /** Stops accepting; connections that stand go on. */
  close(): void;
}

/** A connection came while the listener had as many as it takes. */
export class TooManyConnectionsError extends Error {
  override readonly name = 'TooManyConnectionsError';
  readonly code = 'TOO_MANY_CONNECTIONS';
}

/** Listens for TCP or TLS connections. Rejects with Node's error (`EADDRINUSE` …) where it cannot. */
export async function listen(options: ListenerOptions, handler: ListenerHandler): Promise<Listener> {
  const tls = options.certificate && tlsServer(options, options.certificate, handler);
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
      new TooManyConnectionsError(`there are ${options.maxConnections} connections already`),
    );
  });

  async function begin(socket: Socket): Promise<void> {
    socket.on('error', () => {});
    let remote: Endpoint | undefined;
    let initial: Buffer | undefined;
    if (options.proxyHeader) {
      ({ source: remote, rest: initial } = await readProxyHeader(socket, options.handshakeTimeoutMs));
    }
    // It left while it waited to be accepted: there is nobody to talk to.
    if (socket.remoteAddress === undefined) throw new Error('the peer left before it was accepted');
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
    setCertificate: ({ cert, key }) => tls?.setSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
    close: () => server.close(),
  };
}

/** The client that a PROXY header named, by raw socket, until the TLS handshake is over. */
const clientOf = new WeakMap<Socket, Endpoint>();

/** A TLS server that listens nowhere: raw sockets are given to it. */
function tlsServer(
  options: ListenerOptions,
  { cert, key }: Certificate,
  handler: ListenerHandler,
): TlsServer {
  const { batch } = options;
  const server = createTlsServer({
    cert,
    key,
    minVersion: 'TLSv1.2',
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

/** The socket below a TLS socket. Not public; without it the address is the balancer's, nothing else is lost. */
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
