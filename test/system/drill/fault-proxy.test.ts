import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FaultProxy } from '../../../drill/faults/fault-proxy.ts';
import { Changing } from '../../../testkit/until.ts';

/** What a server of ours gets, and its sockets. */
class Received extends Changing {
  readonly sockets: Socket[] = [];
  readonly ended: number[] = [];
  text = '';

  took(socket: Socket): void {
    const index = this.sockets.push(socket) - 1;
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      this.text += bytes.toString();
      this.changed();
    });
    socket.on('end', () => {
      this.ended.push(index);
      this.changed();
    });
    this.changed();
  }
}

let server: Server;
let received: Received;
let target: { host: string; port: number };
let proxy: FaultProxy;
const clients: Socket[] = [];

function client(): Socket {
  const socket = connect(proxy.port, proxy.host);
  socket.on('error', () => {});
  clients.push(socket);
  return socket;
}

beforeEach(async () => {
  received = new Received();
  server = createServer({ allowHalfOpen: true }, (socket) => received.took(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  target = { host: '127.0.0.1', port: (server.address() as { port: number }).port };
  proxy = await FaultProxy.to(target);
});
afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  for (const socket of [...clients.splice(0), ...received.sockets]) socket.destroy();
  server.close();
});

describe('the network of the drills', () => {
  test('carries bytes and ends both ways, and tells when the server said something', async () => {
    const heard = proxy.nextResponseMs('welcome');
    const socket = client();
    const back = once(socket, 'data');
    socket.end('hello');
    await received.until(() => received.ended.length === 1);
    expect(received.text).toBe('hello');
    received.sockets[0]!.write('wel');
    received.sockets[0]!.end('come');
    expect(String((await back)[0])).toMatch(/^wel/);
    expect(await heard).toBeGreaterThan(0);
    await once(socket, 'close');
  });

  test('as a black hole lets nothing through, no end either, until it is over', async () => {
    const socket = client();
    socket.write('a');
    await received.until(() => received.text === 'a');
    proxy.set({ kind: 'black-hole' });
    socket.end('b');
    // Through another network, as a measure of time: it would have come by now.
    await using other = await FaultProxy.to(target);
    const beside = connect(other.port, other.host).end('c');
    await received.until(() => received.ended.length === 1);
    expect(received.text).toBe('ac');
    proxy.set({ kind: 'pass' });
    await received.until(() => received.ended.length === 2);
    expect(received.text).toBe('acb');
    beside.destroy();
  });

  test('loses the connections of now for good, and carries new ones', async () => {
    const old = client();
    old.write('a');
    await received.until(() => received.text === 'a');
    proxy.strand();
    proxy.set({ kind: 'pass' });
    old.end('b');
    client().end('c');
    await received.until(() => received.ended.length === 1);
    expect(received.text).toBe('ac');
  });

  test('delays, and lets only so much through a second, and loses and reorders nothing', async () => {
    const socket = client();
    proxy.set({ kind: 'delay', ms: 120 });
    const startedMs = performance.now();
    socket.write('slow');
    await received.until(() => received.text === 'slow');
    expect(performance.now() - startedMs).toBeGreaterThan(115);
    proxy.set({ kind: 'throttle', bytesPerSecond: 1000 });
    const throttledMs = performance.now();
    const text = Array.from({ length: 50 }, (_, index) => String(index % 10).repeat(4)).join('');
    socket.write(text);
    await received.until(() => received.text.length === 4 + text.length);
    expect(received.text).toBe(`slow${text}`);
    expect(performance.now() - throttledMs).toBeGreaterThan(190);
  });

  test('cuts connections off with a reset', async () => {
    const socket = client();
    socket.write('a');
    await received.until(() => received.text === 'a');
    const fault = once(received.sockets[0]!, 'error');
    proxy.cut();
    expect((await fault)[0]).toMatchObject({ code: 'ECONNRESET' });
  });
});
