import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { probeHealth } from '../../lib/adapters/node/http/health-check.ts';
import { serveHealth } from '../../lib/adapters/node/http/health-server.ts';
import { dialTcp } from '../../lib/adapters/node/net/dial.ts';
import { listen } from '../../lib/adapters/node/net/listener.ts';
import type { PopTarget } from '../../lib/config/programs/pop.ts';
import { Balancer } from '../../lib/pop/balancer.ts';
import { encodeProxyHeader } from '../../lib/protocol/relay/proxy-header.ts';
import { allowedAddresses } from '../../lib/routing/target-address.ts';
import { EventLog } from '../../testkit/harness/ingest-harness.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Target extends PopTarget {
  readonly accepted: Socket[];
  healthy: boolean;
  close(): void;
}

/** A server that does what `serve` says with each connection, and answers health checks. */
async function target(serve: (socket: Socket) => void): Promise<Target> {
  const accepted: Socket[] = [];
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    accepted.push(socket);
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const made = { host: '127.0.0.1', rtmpPort: port, rtmpsPort: port, accepted, healthy: true };
  const health = await serveHealth({ host: '127.0.0.1', port: 0 }, () => whole.healthy);
  const whole: Target = {
    ...made,
    healthPort: health.port,
    close() {
      server.close();
      health.close();
      for (const socket of accepted) socket.destroy();
    },
  };
  cleanups.push(() => whole.close());
  return whole;
}

async function balance(
  targets: PopTarget[],
  options: Partial<ConstructorParameters<typeof Balancer>[0]> = {},
) {
  const log = new EventLog();
  const balancer = new Balancer({
    targets,
    dial: dialTcp,
    probe: probeHealth,
    emit: log.emit,
    probeEveryMs: 50,
    probeTimeoutMs: 10_000,
    ...options,
  });
  await balancer.start();
  const listener = await listen(
    { host: '127.0.0.1', port: 0, maxConnections: 100, handshakeTimeoutMs: 1_000 },
    { connected: (client) => void balancer.carry(client, 'rtmp'), refused: () => {} },
  );
  cleanups.push(() => {
    listener.close();
    balancer.stop();
  });
  return { balancer, log, port: listener.port };
}

function dial(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  cleanups.push(() => socket.destroy());
  return socket;
}

/** Whether it ends in order or not. */
const closed = (socket: Socket) => new Promise((resolve) => socket.on('close', resolve));

const echo = (socket: Socket) => void socket.pipe(socket);

describe('a balancer', () => {
  test('carries bytes both ways, and half-closes', async () => {
    const server = await target((socket) => {
      // Answers only when the client has said its last.
      void text(socket).then((said) => socket.end(`heard ${said}`));
    });
    const { port } = await balance([server]);
    const client = dial(port);
    client.end('hello');
    expect(await text(client)).toBe('heard hello');
  });

  test('carries a lot unharmed, both ways at a time', async () => {
    const server = await target(echo);
    const { port } = await balance([server]);
    const client = dial(port);
    const sent = Buffer.alloc(20_000_000);
    for (let at = 0; at < sent.length; at += 4) sent.writeUInt32LE(at, at);
    client.end(sent);
    const pieces: Buffer[] = [];
    for await (const piece of client) pieces.push(piece as Buffer);
    expect(Buffer.concat(pieces).equals(sent)).toBe(true);
  });

  test('spreads clients by fewest connections', async () => {
    const targets = [await target(echo), await target(echo)];
    const { port, balancer } = await balance(targets);
    for (let index = 0; index < 6; index++) {
      const client = dial(port);
      client.write('x');
      await once(client, 'data');
    }
    expect(targets.map(({ accepted }) => accepted.length)).toEqual([3, 3]);
    expect(balancer.connections).toBe(6);
  });

  test('takes a target out when its health check fails and back in when it succeeds', async () => {
    const targets = [await target(echo), await target(echo)] as [Target, Target];
    const { port, log } = await balance(targets);
    targets[0].healthy = false;
    await log.first('pop.target.out');
    for (let index = 0; index < 3; index++) {
      const client = dial(port);
      client.write('x');
      await once(client, 'data');
    }
    expect(targets.map(({ accepted }) => accepted.length)).toEqual([0, 3]);
    const cameIn = log.of('pop.target.in').length;
    targets[0].healthy = true;
    await log.until(() => log.of('pop.target.in').length > cameIn);
    const client = dial(port);
    client.write('x');
    await once(client, 'data');
    expect(targets[0].accepted).toHaveLength(1);
  });

  test('goes on to the next target when one cannot be reached', async () => {
    const dead = await target(echo);
    const alive = await target(echo);
    const { port, log } = await balance([dead, alive], { probeEveryMs: 60_000 });
    dead.close();
    const client = dial(port);
    client.write('x');
    await once(client, 'data');
    expect(alive.accepted).toHaveLength(1);
    expect(log.of('pop.connect.failed')).toHaveLength(1);
  });

  test('closes a client when no target can be reached', async () => {
    const dead = await target(echo);
    const { port, log } = await balance([dead], { probeEveryMs: 60_000 });
    dead.close();
    await closed(dial(port));
    expect(log.of('pop.client.refused')).toHaveLength(1);
  });

  test('closes the target when the client breaks, and the client when the target breaks', async () => {
    const server = await target(echo);
    const { port } = await balance([server]);
    const first = dial(port);
    first.write('x');
    await once(first, 'data');
    const gone = closed(server.accepted[0]!);
    first.resetAndDestroy();
    await gone;
    const second = dial(port);
    second.write('x');
    await once(second, 'data');
    const left = closed(second);
    server.accepted[1]!.resetAndDestroy();
    await left;
  });

  test('holds a client back when its target does not read', async () => {
    const server = await target((socket) => socket.pause());
    const { port } = await balance([server]);
    const client = dial(port);
    client.write(Buffer.alloc(64_000_000));
    let before = -1;
    while (client.writableLength !== before) {
      before = client.writableLength;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(before).toBeGreaterThan(32_000_000);
    let received = 0;
    server.accepted[0]!.on('data', (bytes: Buffer) => {
      received += bytes.length;
    });
    server.accepted[0]!.resume();
    await once(client, 'drain');
    client.end();
    await once(server.accepted[0]!, 'end');
    expect(received).toBe(64_000_000);
  });

  test('closes a connection on which nothing moves', async () => {
    const server = await target(echo);
    const { port, balancer } = await balance([server], { idleMs: 300 });
    const client = dial(port);
    client.write('x');
    await once(client, 'data');
    await closed(client);
    while (balancer.connections > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  test('tells the target who the client is where it is set to', async () => {
    const heard: { remote: { host: string; port: number }; said: Promise<string> }[] = [];
    const proxy = await listen(
      {
        host: '127.0.0.1',
        port: 0,
        maxConnections: 10,
        handshakeTimeoutMs: 1_000,
        proxyHeaderFrom: allowedAddresses(['127.0.0.0/8']),
      },
      {
        connected(connection) {
          const memory = Buffer.alloc(64);
          const said = new Promise<string>((resolve) => {
            let all = '';
            connection.start({
              into: () => memory,
              data: (bytes) => {
                all += bytes.toString();
              },
              batchEnded() {},
              ended: () => {
                connection.end();
                resolve(all);
              },
              drained() {},
              closed() {},
            });
          });
          heard.push({ remote: connection.remote, said });
        },
        refused: () => {},
      },
    );
    cleanups.push(() => proxy.close());
    const at = { host: '127.0.0.1', rtmpPort: proxy.port, rtmpsPort: proxy.port, healthPort: proxy.port };
    const { port } = await balance([at], {
      probe: async () => true,
      preamble: ({ remote, local }) =>
        encodeProxyHeader({
          command: 'proxy',
          addresses: {
            source: { address: remote.host, port: remote.port },
            destination: { address: local.host, port: local.port },
          },
          tlvs: [],
        }),
    });
    const client = dial(port);
    client.end('hello');
    await once(client, 'close');
    expect(await heard[0]?.said).toBe('hello');
    expect(heard[0]?.remote).toEqual({ host: '127.0.0.1', port: client.localPort ?? heard[0]?.remote.port });
  });
});
