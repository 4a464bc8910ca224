import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { guardClients } from '../../../lib/adapters/node/http/guard-clients.ts';

const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
let server: Server;
let bodyBytes: number;
let sockets: Socket[];

async function serve(slowReadMs: number): Promise<void> {
  server = createServer((_request, response) => response.end(Buffer.alloc(bodyBytes)));
  guardClients(server, { maxConnections: 3, slowReadMs });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}
async function close(): Promise<void> {
  for (const socket of sockets) socket.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
beforeEach(async () => {
  bodyBytes = 2;
  sockets = [];
  await serve(200);
});
afterEach(close);

function open(): Socket {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

/** Connects and asks until it is answered. */
async function answered(): Promise<Socket> {
  for (;;) {
    const socket = open();
    socket.write(get);
    const [bytes] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [Buffer | boolean];
    if (Buffer.isBuffer(bytes)) return socket;
  }
}

describe('a guarded server', () => {
  test('closes the connection of a client that takes a byte now and then', async () => {
    bodyBytes = 30_000_000;
    const socket = open();
    socket.write(get);
    await once(socket, 'readable');
    const trickle = setInterval(() => socket.read(1), 20);
    await until(async () => (await connectionsOf(server)) === 0);
    clearInterval(trickle);
  });

  test('does not mind a client that waits for an answer, or reads all of it', async () => {
    // Longer than a busy machine keeps this process from reading.
    await close();
    await serve(60_000);
    bodyBytes = 5_000_000;
    const socket = open();
    socket.write(get);
    let bytes = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
    await until(async () => bytes >= bodyBytes);
    expect(socket.destroyed).toBe(false);
  });

  test.each(['silent', 'idle'])('a new connection replaces the longest %s one', async (how) => {
    const closed: number[] = [];
    for (let index = 0; index < 3; index++) {
      const socket = how === 'idle' ? await answered() : open();
      if (how === 'silent') await once(socket, 'connect');
      socket.resume();
      socket.on('close', () => closed.push(index));
    }
    await answered();
    expect(closed[0]).toBe(0);
  });

  test('a new connection replaces one that has stopped reading', async () => {
    bodyBytes = 30_000_000;
    for (let index = 0; index < 3; index++) {
      const socket = open();
      socket.write(get);
      await once(socket, 'readable');
    }
    bodyBytes = 2;
    await answered();
  });
});

const connectionsOf = (of: Server): Promise<number> =>
  new Promise((done) => of.getConnections((_fault, count) => done(count)));

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((done) => setTimeout(done, 10));
}
