// The viewers of the edge bench: many kept-alive connections in a separate process, all sending requests at once.
import { connect, type Socket } from 'node:net';
import { serveAgent } from '../agent.ts';

export interface HerdResult {
  /** Complete responses with status 200 and the right length. */
  readonly whole: number;
  /** From the first request sent to the last byte read, in ms. */
  readonly tookMs: number;
}

export type EdgeViewersMethods = {
  /** Opens the connections. */
  arrive(options: { port: number; viewers: number }): Promise<void>;
  /** Every viewer requests this path at once, with its own number for `{viewer}`; resolves when all have it. */
  ask(options: { path: string; bytes: number }): Promise<HerdResult>;
  leave(): void;
};

const patienceMs = 60_000;
let viewers: Socket[] = [];

serveAgent({
  async arrive({ port, viewers: count }) {
    viewers = await Promise.all(Array.from({ length: count }, () => arrive(port)));
  },
  async ask({ path, bytes }) {
    const begun = performance.now();
    const results = await Promise.all(
      viewers.map((viewer, index) => {
        const target = path.replace('{viewer}', String(100_000 + index));
        return take(viewer, `GET ${target} HTTP/1.1\r\nHost: bench\r\nAccept: */*\r\n\r\n`, bytes);
      }),
    );
    return { whole: results.filter(Boolean).length, tookMs: performance.now() - begun };
  },
  leave() {
    for (const viewer of viewers) viewer.destroy();
    viewers = [];
  },
} satisfies EdgeViewersMethods);

function arrive(port: number): Promise<Socket> {
  return new Promise((done, fail) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      socket.off('error', fail);
      socket.on('error', () => {});
      done(socket);
    });
    socket.once('error', fail);
  });
}

/** Sends a request and reads its response. Returns false unless that is a complete 200 of this length. */
function take(socket: Socket, request: string, bytes: number): Promise<boolean> {
  return new Promise((done) => {
    let head = '';
    let missing = bytes;
    const finish = (whole: boolean) => {
      clearTimeout(timer);
      socket.off('data', onData);
      socket.off('close', onClose);
      done(whole);
    };
    const onClose = () => finish(false);
    const onData = (chunk: Buffer) => {
      if (missing === bytes && head !== 'read') {
        head += chunk.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end === -1) return;
        if (!head.startsWith('HTTP/1.1 200') || declaredBytes(head) !== bytes) return finish(false);
        missing -= head.length - end - 4;
        head = 'read';
      } else {
        missing -= chunk.length;
      }
      if (missing <= 0) finish(missing === 0);
    };
    const timer = setTimeout(finish, patienceMs, false);
    socket.on('data', onData);
    socket.on('close', onClose);
    socket.write(request);
  });
}

const declaredBytes = (head: string): number => Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
