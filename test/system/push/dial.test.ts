import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { pushDialer } from '../../../lib/adapters/node/net/dial-push.ts';
import { resolveHost } from '../../../lib/adapters/node/net/resolve.ts';
import { failureWords } from '../../../lib/push/policy/failure-words.ts';
import { FakeRtmpServer } from '../../../testkit/harness/fake-rtmp-server.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function server(): Promise<FakeRtmpServer> {
  const started = await FakeRtmpServer.raw((socket) => socket.resume());
  cleanups.push(() => started.close());
  return started;
}
const dial = pushDialer();
const soon = () => ({ timeoutMs: 2_000, signal: new AbortController().signal });

describe('dialling a destination', () => {
  test('tries the next address where one refuses', async () => {
    const { port } = await server();
    // Nobody listens on this one, which is of this machine too.
    const connection = await dial({ addresses: ['127.0.0.2', '127.0.0.1'], port }, soon());
    expect(connection.remote).toEqual({ host: '127.0.0.1', port });
    connection.abort();
  });

  test('says why the last one failed', async () => {
    const { port } = await server();
    const fault = await dial({ addresses: ['127.0.0.3', '127.0.0.2'], port }, soon()).catch((cause) => cause);
    expect(fault).toMatchObject({ code: 'CONNECT_FAILED' });
    expect(failureWords(fault)).toBe('connection refused');
  });

  test('gives up a server that is silent in the TLS handshake, and closes its connection', async () => {
    const silent = await server();
    const startedMs = performance.now();
    const to = { addresses: ['127.0.0.1'], port: silent.port, serverName: 'a.example' };
    const { signal } = new AbortController();
    const fault = await dial(to, { timeoutMs: 300, signal }).catch((cause) => cause);
    expect(failureWords(fault)).toBe('no response');
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    const [socket] = silent.sockets;
    if (!socket?.closed) await once(socket!, 'close');
  });

  test('stops when it is told to', async () => {
    const silent = await server();
    const stop = new AbortController();
    const to = { addresses: ['127.0.0.1', '127.0.0.1'], port: silent.port, serverName: 'a.example' };
    const dialling = dial(to, { timeoutMs: 60_000, signal: stop.signal }).catch((cause) => cause);
    await silent.until(() => silent.sockets.length === 1);
    stop.abort();
    expect(await dialling).toMatchObject({ code: 'CONNECT_FAILED' });
    expect(silent.sockets).toHaveLength(1);
  });
});

describe('resolving a destination', () => {
  test.each([
    ['127.0.0.1', ['127.0.0.1']],
    ['2606:4700::1111', ['2606:4700::1111']],
    ['localhost', ['127.0.0.1']],
  ])('%s needs no name server', async (host, addresses) => {
    expect(await resolveHost(host, soon())).toEqual(addresses);
  });

  test('stops when it is told to', async () => {
    const stop = new AbortController();
    const resolving = resolveHost('name.invalid', { signal: stop.signal }).catch((cause) => cause);
    stop.abort();
    expect(await resolving).toHaveProperty('code');
  });
});
