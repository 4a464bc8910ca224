import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { SendPace } from '../../../edge/policy/limits/send-pace.ts';
import { longestUnused } from './longest-unused.ts';
import { unsentBytes } from './unsent-bytes.ts';

export interface ClientLimits {
  /** A connection beyond this replaces the one that has been unused for longest; if there is none, it is closed. */
  readonly maxConnections: number;
  /** A client must take the minimum rate of a response, on average over this long. @default 10 s */
  readonly slowReadMs?: number;
}

/** How often a node:http server should enforce its own time limits for heads and bodies; Node's default is 30 s. */
export const checkingIntervalMs = 1_000;

/**
 * For a node:http server what the edge's own does: closes connections whose clients don't take a response, and lets new connections
 * replace unused ones, so that nobody can shut out others by holding connections.
 */
export function guardClients(server: Server, { maxConnections, slowReadMs = 10_000 }: ClientLimits): void {
  const clients = new Map<Socket, GuardedClient>();
  server.on('connection', (socket: Socket) => {
    if (clients.size >= maxConnections) {
      const unused = longestUnused(clients.values(), performance.now());
      if (!unused) {
        socket.destroy();
        return;
      }
      unused.socket.destroy();
      clients.delete(unused.socket);
    }
    clients.set(socket, new GuardedClient(socket, slowReadMs));
    socket.on('close', () => clients.delete(socket));
  });
  server.on('request', (request, response) => {
    const client = clients.get(request.socket);
    client?.began();
    response.on('close', () => client?.ended());
  });
  const sweep = setInterval(
    () => {
      const nowMs = performance.now();
      for (const client of clients.values()) client.look(nowMs);
    },
    Math.min(1000, slowReadMs / 10),
  ).unref();
  server.on('close', () => clearInterval(sweep));
}

class GuardedClient {
  readonly socket: Socket;
  readonly #pace: SendPace;
  #requests = 0;
  #idleSinceMs = performance.now();

  constructor(socket: Socket, slowReadMs: number) {
    this.socket = socket;
    this.#pace = new SendPace(slowReadMs);
  }

  get unusedSinceMs(): number | undefined {
    if (this.#requests === 0 && this.socket.writableLength === 0) return this.#idleSinceMs;
    return this.#pace.stalledSinceMs;
  }

  began(): void {
    this.#requests++;
  }

  ended(): void {
    this.#requests--;
    this.#idleSinceMs = performance.now();
  }

  look(nowMs: number): void {
    const unsent = unsentBytes(this.socket);
    if (unsent === 0) this.#pace.pause();
    else if (this.#pace.look(this.socket.bytesWritten - unsent, nowMs)) this.socket.resetAndDestroy();
  }
}
