import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a network does to the connections through it. */
export type NetworkFault =
  | { readonly kind: 'pass' }
  /** Nothing arrives and neither end is notified: no FIN, no reset. */
  | { readonly kind: 'black-hole' }
  /** Everything arrives this much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Limits each direction of each connection. */
  | { readonly kind: 'throttle'; readonly bytesPerSecond: number };

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** How much one direction buffers before its sender has to wait, like a socket buffer. */
const maxQueuedBytes = 256 * 1024;
/** A throttled direction sends in chunks of this duration. */
const throttleStepMs = 50;

/** A network between a client and a server on this machine: forwards TCP byte by byte, with faults on demand. */
export class FaultProxy implements AsyncDisposable {
  readonly host: string;
  readonly #target: Endpoint;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #watchers = new Set<(link: Link) => void>();
  #network = new Network();

  private constructor(target: Endpoint, host: string) {
    this.host = host;
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#connected(client));
  }

  /** `at`: where clients connect to. @default any free port of 127.0.0.1 */
  static async to(target: Endpoint, at: Endpoint = { host: '127.0.0.1', port: 0 }): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, at.host);
    proxy.#server.listen(at.port, at.host);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** The port that clients connect to. */
  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  get connections(): number {
    return this.#links.size;
  }

  /** Applies from now on to all connections except stranded ones. Bytes held by a black hole arrive once it ends. */
  set(fault: NetworkFault): void {
    this.#network.set(fault);
  }

  /** The current connections never carry anything again, as after a change of address; new ones work. */
  strand(): void {
    this.#network.set({ kind: 'black-hole' });
    this.#network = new Network();
  }

  /** Resets all connections. */
  cut(): void {
    for (const link of this.#links) link.reset();
  }

  /** Milliseconds from the opening of the next connection until its server has sent `words`. */
  nextResponseMs(words: string): Promise<number> {
    return new Promise((resolve) => {
      const watch = (link: Link): void => {
        this.#watchers.delete(watch);
        void link.heard(words).then(resolve);
      };
      this.#watchers.add(watch);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
  }

  #connected(client: Socket): void {
    const link = new Link(client, this.#target, this.#network, () => this.#links.delete(link));
    this.#links.add(link);
    for (const watch of this.#watchers) watch(link);
  }
}

/** The state of the network, and who waits for it to change. */
class Network {
  #fault: NetworkFault = { kind: 'pass' };
  readonly #waiting = new Set<() => void>();

  get fault(): NetworkFault {
    return this.#fault;
  }

  set(fault: NetworkFault): void {
    this.#fault = fault;
    if (fault.kind === 'black-hole') return;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  async open(): Promise<void> {
    while (this.#fault.kind === 'black-hole') {
      await new Promise<void>((wake) => {
        this.#waiting.add(wake);
      });
    }
  }
}

/** One connection: two sockets and the two directions between them. */
class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #openedMs = performance.now();
  readonly #listeners = new Set<(bytes: Buffer) => void>();
  readonly #closed: () => void;

  constructor(client: Socket, target: Endpoint, network: Network, closed: () => void) {
    this.#client = client;
    this.#closed = closed;
    this.#server = connect({ ...target, allowHalfOpen: true });
    const both = [
      carry(client, this.#server, network, () => {}),
      carry(this.#server, client, network, (bytes) => {
        for (const listen of this.#listeners) listen(bytes);
      }),
    ];
    void Promise.all(both).then(closed);
  }

  reset(): void {
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
    this.#closed();
  }

  heard(words: string): Promise<number> {
    return new Promise((resolve) => {
      let tail = Buffer.alloc(0);
      const listen = (bytes: Buffer): void => {
        tail = Buffer.concat([tail, bytes]);
        if (tail.includes(words)) {
          this.#listeners.delete(listen);
          resolve(performance.now() - this.#openedMs);
        } else tail = tail.subarray(-words.length);
      };
      this.#listeners.add(listen);
    });
  }
}

/** Carries one direction until its sender ends. Resolves when nothing more will be carried. */
async function carry(
  from: Socket,
  to: Socket,
  network: Network,
  passed: (bytes: Buffer) => void,
): Promise<void> {
  const queue: { bytes: Buffer; readMs: number }[] = [];
  let queuedBytes = 0;
  let over: 'ended' | 'broken' | undefined;
  let wake = (): void => {};
  from.on('data', (bytes: Buffer) => {
    queue.push({ bytes, readMs: performance.now() });
    queuedBytes += bytes.length;
    if (queuedBytes > maxQueuedBytes) from.pause();
    wake();
  });
  from.on('end', () => {
    over ??= 'ended';
    wake();
  });
  from.on('error', () => {
    over = 'broken';
  });
  from.on('close', () => {
    over ??= 'broken';
    wake();
  });
  for (;;) {
    const next = queue.shift();
    if (next) {
      await passThrough(next, network, async (piece) => {
        passed(piece);
        // If the receiver has broken meanwhile, its own direction notices.
        if (!to.destroyed && !to.write(piece))
          await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => {});
      });
      queuedBytes -= next.bytes.length;
      if (queuedBytes < maxQueuedBytes / 2) from.resume();
    } else if (over) break;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
  // A FIN doesn't get through a black hole either.
  await network.open();
  if (over === 'ended') to.end();
  else to.resetAndDestroy();
}

/** Delivers bytes in the chunks, and at the times, that the network allows. */
async function passThrough(
  { bytes, readMs }: { readonly bytes: Buffer; readonly readMs: number },
  network: Network,
  write: (piece: Buffer) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    await network.open();
    const { fault } = network;
    if (fault.kind === 'delay') await until(readMs + fault.ms);
    const most =
      fault.kind === 'throttle' ? Math.ceil((fault.bytesPerSecond * throttleStepMs) / 1000) : bytes.length;
    const piece = bytes.subarray(at, at + most);
    at += piece.length;
    if (fault.kind === 'throttle') await sleep((piece.length * 1000) / fault.bytesPerSecond);
    // It may have become a black hole meanwhile.
    await network.open();
    await write(piece);
  }
}

async function until(atMs: number): Promise<void> {
  const waitMs = atMs - performance.now();
  if (waitMs > 0) await sleep(waitMs);
}
