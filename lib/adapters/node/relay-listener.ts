import { createServer, type Socket } from 'node:net';
import type { RelayConnection } from '../../encoder/ports.ts';

export interface RelayListener {
  readonly port: number;
  /** Stops accepting; connections that stand go on. */
  close(): void;
}

/** Listens for relay links. Rejects with Node's error (`EADDRINUSE` …) where it cannot. */
export function listenForRelays(
  at: { readonly host: string; readonly port: number; readonly maxConnections: number },
  connected: (connection: RelayConnection) => void,
): Promise<RelayListener> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: false, noDelay: true }, (socket) =>
    connected(relayConnection(socket)),
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

function relayConnection(socket: Socket): RelayConnection {
  let fault: Error | undefined;
  socket.on('error', (cause) => {
    fault = cause;
  });
  return {
    start({ data, closed }) {
      socket.on('data', data);
      socket.on('close', () => closed(fault));
      socket.resume();
    },
    write: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    end: () => socket.end(),
    abort: () => socket.destroy(),
  };
}
