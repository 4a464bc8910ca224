import { createServer, type Socket } from 'node:net';
import type { RelayConnection } from '../../encoder/ports.ts';
import type { ReadBatch } from './read-batch.ts';

export interface RelayListener {
  readonly port: number;
  /** Stops accepting; connections that stand go on. */
  close(): void;
}

/** Listens for relay links, and reads them at the ticks of `batch`. Rejects with Node's error (`EADDRINUSE` …) where it cannot. */
export function listenForRelays(
  at: { readonly host: string; readonly port: number; readonly maxConnections: number },
  batch: ReadBatch,
  connected: (connection: RelayConnection) => void,
): Promise<RelayListener> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: false, noDelay: true }, (socket) =>
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

function relayConnection(socket: Socket, batch: ReadBatch): RelayConnection {
  let fault: Error | undefined;
  let paused = false;
  let resting = false;
  const flow = (): void => {
    if (paused || resting) socket.pause();
    else socket.resume();
  };
  socket.on('error', (cause) => {
    fault = cause;
  });
  return {
    start({ data, closed }) {
      socket.on('data', (bytes) => {
        data(bytes);
        if (resting) return;
        resting = true;
        flow();
        batch.wait(() => {
          resting = false;
          flow();
        });
      });
      socket.on('close', () => closed(fault));
      socket.resume();
    },
    write: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
    pause() {
      paused = true;
      flow();
    },
    resume() {
      paused = false;
      flow();
    },
    end: () => socket.end(),
    abort: () => socket.destroy(),
  };
}
