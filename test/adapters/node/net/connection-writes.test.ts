import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { socketConnection } from '../../../../lib/adapters/node/net/connection.ts';
import type { Connection } from '../../../../lib/net/socket.ts';
import { Changing } from '../../../../testkit/until.ts';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

class Events extends Changing {
  drains = 0;
  closed = false;
  fault: Error | undefined;
  tell = () => this.changed();
}

/** An accepted connection, and the peer's socket, which reads nothing yet. */
async function accepted(): Promise<{ connection: Connection; events: Events; peer: Socket }> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peer = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  peer.pause();
  const [socket] = (await once(server, 'connection')) as [Socket];
  const connection = socketConnection(socket);
  const events = new Events();
  const memory = Buffer.alloc(1_024);
  connection.start({
    into: () => memory,
    data() {},
    batchEnded() {},
    ended() {},
    drained() {
      events.drains++;
      events.tell();
    },
    closed(fault) {
      events.closed = true;
      events.fault = fault;
      events.tell();
    },
  });
  cleanups.push(() => {
    server.close();
    peer.destroy();
    connection.abort();
  });
  return { connection, events, peer };
}

const numbers = (count: number): Buffer => Buffer.from(Array.from({ length: count }, (_, i) => i % 251));

test.each([1, 3])(
  'what a slow peer does not take at once arrives later, whole and in order (%d pieces)',
  async (count) => {
    const { connection, events, peer } = await accepted();
    const piece = numbers(100_003);
    const sent: Buffer[] = [];
    let ready = true;
    while (ready) {
      const pieces = Array.from({ length: count }, () => piece);
      sent.push(...pieces);
      ready = connection.write(...pieces);
    }
    expect(connection.backlogBytes).toBeGreaterThan(0);
    // What comes behind a backlog must not overtake it.
    connection.write(Buffer.from('the '), Buffer.from('end'));
    const received: Buffer[] = [];
    peer.on('data', (bytes) => received.push(bytes));
    peer.resume();
    await events.until(() => events.drains === 1);
    expect(connection.backlogBytes).toBe(0);
    connection.end();
    await once(peer, 'end');
    expect(Buffer.concat(received).equals(Buffer.concat([...sent, Buffer.from('the end')]))).toBe(true);
  },
);

test('a write that the kernel takes whole leaves no backlog', async () => {
  const { connection, peer } = await accepted();
  expect(connection.write(Buffer.from('a'), Buffer.from(''), Buffer.from('bc'))).toBe(true);
  expect(connection.backlogBytes).toBe(0);
  peer.resume();
  const [bytes] = await once(peer, 'data');
  expect(String(bytes)).toBe('abc');
});

test('a write to a peer that is gone closes the connection with the fault', async () => {
  const { connection, events, peer } = await accepted();
  connection.pause();
  peer.resetAndDestroy();
  await once(peer, 'close');
  while (!events.closed) {
    connection.write(Buffer.from('hello?'));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(events.fault).toMatchObject({ code: expect.stringMatching(/^(EPIPE|ECONNRESET)$/) });
  expect(connection.write(Buffer.from('nobody'))).toBe(true);
});
