import { createServer, type Socket } from 'node:net';
import type { IncomingRelay } from '../../../encoder/ports.ts';
import { socketConnection } from './connection.ts';
import type { ReadBatch } from './read-batch.ts';

export interface RelayListener {
  readonly port: number;
  /** Stops accepting; existing connections continue. */
  close(): void;
}

/** Read buffer. The handler is done with it when it returns, so one buffer serves all links. */
const memory = Buffer.allocUnsafeSlow(256 * 1024);

/** Listens for relay links and reads them at the ticks of `batch`. Rejects with Node's error (`EADDRINUSE` …) on failure. */
export function listenForRelays(
  at: { readonly host: string; readonly port: number; readonly maxConnections: number },
  batch: ReadBatch,
  connected: (connection: IncomingRelay) => void,
): Promise<RelayListener> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, keepAlive: true }, (socket) =>
    connected(relayConnection(socket, batch)),
  );
  server.maxConnections = at.maxConnections;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: at.host, port: at.port }, () => {
      server.off('error', reject);
      resolve({ port: (server.address() as { port: number }).port, close: () => server.close() });
    });
  });
}

function relayConnection(socket: Socket, batch: ReadBatch): IncomingRelay {
  const connection = socketConnection(socket, { batch });
  return {
    remote: connection.remote,
    start({ data, closed }) {
      connection.batchReads();
      connection.start({
        into: () => memory,
        data,
        batchEnded() {},
        // The proxy has finished sending: nothing keeps the link open.
        ended: () => connection.end(),
        drained() {},
        closed,
      });
    },
    write: (bytes) => void connection.write(bytes),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    end: () => connection.end(),
    abort: () => connection.abort(),
  };
}
