import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { socketConnection } from '../../../../lib/adapters/node/net/connection.ts';
import { ReadBatch } from '../../../../lib/adapters/node/net/read-batch.ts';
import type { Connection } from '../../../../lib/net/socket.ts';
import { Changing } from '../../../../testkit/until.ts';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

/** What a batched connection brings. */
class Heard extends Changing {
  readonly connection: Connection;
  bytes: Buffer = Buffer.alloc(0);
  reads = 0;
  ended = false;
  fault: Error | undefined;
  closed = false;
  /** Called in each `data`. */
  onData = () => {};

  constructor(socket: Socket, memoryBytes: number, periodMs: number) {
    super();
    this.connection = socketConnection(socket, { batch: new ReadBatch(periodMs) });
    this.connection.batchReads();
    // As in the proxy, what was read stays where it is and the next read goes behind it.
    const memory = Buffer.alloc(1_000_000);
    let used = 0;
    this.connection.start({
      into: () => memory.subarray(used, used + memoryBytes),
      data: (bytes) => {
        expect(bytes.byteOffset - memory.byteOffset).toBe(used);
        used += bytes.length;
        this.bytes = memory.subarray(0, used);
        this.reads++;
        this.onData();
        this.changed();
      },
      batchEnded() {},
      ended: () => {
        this.ended = true;
        this.changed();
      },
      drained() {},
      closed: (fault) => {
        this.fault = fault;
        this.closed = true;
        this.changed();
      },
    });
  }
}

/** A batched connection, and the peer's socket. */
async function batched({ memoryBytes = 1_024, periodMs = 5 } = {}): Promise<{ heard: Heard; peer: Socket }> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peer = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', noDelay: true });
  const [socket] = (await once(server, 'connection')) as [Socket];
  const heard = new Heard(socket, memoryBytes, periodMs);
  cleanups.push(() => {
    server.close();
    peer.destroy();
    heard.connection.abort();
  });
  return { heard, peer };
}

const numbers = (count: number): Buffer => Buffer.from(Array.from({ length: count }, (_, i) => i % 251));

test('a burst of many reads arrives whole and in order, and so does what follows', async () => {
  const { heard, peer } = await batched();
  const said = numbers(300_000);
  peer.write('x');
  await heard.until(() => heard.bytes.length === 1);
  peer.write(said);
  await heard.until(() => heard.bytes.length === 1 + said.length);
  peer.write('y');
  await heard.until(() => heard.bytes.length === 2 + said.length);
  expect(heard.bytes.subarray(1, -1).equals(said)).toBe(true);
});

test('ticks that find nothing do not end the reading', async () => {
  const { heard, peer } = await batched({ periodMs: 1 });
  for (let index = 1; index <= 5; index++) {
    peer.write('z');
    await heard.until(() => heard.bytes.length === index);
    // Several ticks long.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  peer.end();
  await heard.until(() => heard.ended);
});

test('what trickles in between two ticks is one read', async () => {
  const periodMs = 200;
  const { heard, peer } = await batched({ periodMs });
  peer.write('first');
  await heard.until(() => heard.bytes.length === 5);
  const before = heard.reads;
  const sinceMs = performance.now();
  for (let index = 0; index < 20; index++) {
    peer.write('0123456789');
    await new Promise((resolve) => setImmediate(resolve));
  }
  await heard.until(() => heard.bytes.length === 205);
  // The writes may fall on both sides of a tick; a machine that is busy has more ticks between them.
  const ticks = Math.ceil((performance.now() - sinceMs) / periodMs);
  expect(heard.reads - before).toBeLessThanOrEqual(1 + ticks);
});

test('a pause in the middle of a tick holds back the rest until it is resumed', async () => {
  const { heard, peer } = await batched({ memoryBytes: 10 });
  heard.onData = () => heard.connection.pause();
  peer.write(numbers(1_000));
  await heard.until(() => heard.reads === 1);
  for (let reads = 1; heard.bytes.length < 1_000; reads = heard.reads) {
    // A few ticks in which nothing may come.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard.reads).toBe(reads);
    if (heard.reads > 2) heard.onData = () => {};
    heard.connection.resume();
    await heard.until(() => heard.reads > reads);
    if (heard.reads > 3) await heard.until(() => heard.bytes.length === 1_000);
  }
  expect(heard.bytes.equals(numbers(1_000))).toBe(true);
});

test('pauses and resumes in any place lose and repeat nothing', async () => {
  const { heard, peer } = await batched({ periodMs: 1, memoryBytes: 100 });
  const said = numbers(200_000);
  let step = 0;
  heard.onData = () => {
    step = (step * 7 + 3) % 101;
    if (step % 3 === 0) heard.connection.pause();
    if (step % 2 === 0) heard.connection.resume();
    else setTimeout(() => heard.connection.resume(), step % 5);
  };
  for (let from = 0; from < said.length; from += 5_000) {
    peer.write(said.subarray(from, from + 5_000));
    await new Promise((resolve) => setTimeout(resolve, 1));
    heard.connection.resume();
  }
  peer.end();
  await heard.until(() => heard.ended);
  expect(heard.bytes.equals(said)).toBe(true);
});

test('a peer that resets the connection between two ticks is noticed, with the fault', async () => {
  const { heard, peer } = await batched();
  peer.write('x');
  await heard.until(() => heard.bytes.length === 1);
  peer.resetAndDestroy();
  await heard.until(() => heard.closed);
  expect(heard.fault).toMatchObject({ code: 'ECONNRESET' });
});

test('a connection that is aborted between two ticks reads no more', async () => {
  const { heard, peer } = await batched();
  peer.write('x');
  await heard.until(() => heard.bytes.length === 1);
  peer.on('error', () => {});
  peer.write('more');
  heard.connection.abort();
  await heard.until(() => heard.closed);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(heard.bytes.toString()).toBe('x');
});
