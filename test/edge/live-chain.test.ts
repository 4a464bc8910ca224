import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FleetMember } from '../../lib/control-store/records.ts';
import { isMediaCredential, mediaCredential } from '../../lib/protocol/relay/media-credential.ts';
import type { RelayKeys } from '../../lib/protocol/relay/seal.ts';
import type { MemberId } from '../../lib/routing/ids.ts';
import { ask } from './herd-client.ts';
import { broadcast, folder, reload, stream } from './live-origin/workers-in-memory.ts';
import { startLiveOrigin, startShield, startTier } from './tiers.ts';

const keys: RelayKeys = ['a'.repeat(32)];
const worker = 'encoder-1' as MemberId;

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** A worker's media port, or an object store, that answers as the test says. */
async function startScripted() {
  const asked: Asked[] = [];
  const waiting: ((one: Asked) => void)[] = [];
  const server = createServer((request, response) => {
    const one = { request, response };
    asked.push(one);
    waiting.shift()?.(one);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    port,
    url: `http://127.0.0.1:${port}`,
    next: () => new Promise<Asked>((done) => waiting.push(done)),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function startChain() {
  const media = await startScripted();
  const store = await startScripted();
  const member: FleetMember = {
    ...{ id: worker, role: 'encoder', host: '127.0.0.1', port: 1, mediaPort: media.port },
    ...{ capacity: 4, load: 1, state: 'active', version: 1 },
  };
  const lease = { streamId: stream, workerId: worker, broadcastId: broadcast, epoch: 1, version: 1 };
  const control = {
    getLease: async () => ({ ...lease, released: false, endRequested: false }),
    listFleet: async () => [member],
  };
  const liveOrigin = await startLiveOrigin(control, (id) => mediaCredential(keys, id, Date.now()));
  const shield = await startShield(liveOrigin.url, store.url);
  const edges = [await startTier('edge', shield.url), await startTier('edge', shield.url)] as const;
  return {
    media,
    store,
    liveOrigin,
    shield,
    edges,
    async close() {
      for (const tier of [...edges, shield, liveOrigin, media, store]) await tier.close();
    },
  };
}

let chain: Awaited<ReturnType<typeof startChain>>;
beforeEach(async () => {
  chain = await startChain();
});
afterEach(() => chain.close());

/** A client's connection, whose bytes can be waited for. */
function open(
  port: number,
  path: string,
): { socket: Socket; has(text: string): Promise<void>; ended: Promise<string> } {
  const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: e\r\n\r\n`));
  let text = '';
  let look = () => {};
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
    look();
  });
  const ended = new Promise<string>((done) => {
    socket.on('error', () => done('reset'));
    socket.on('end', () => done('end'));
  });
  const has = (wanted: string) =>
    new Promise<void>((done) => {
      look = () => {
        if (text.includes(wanted)) done();
      };
      look();
    });
  return { socket, has, ended };
}

describe('from the worker through live origin, shield and edge', () => {
  test('blocked reloads at two edges are one request, with the credential of a live origin', async () => {
    const arriving = chain.media.next();
    const clients = Array.from({ length: 40 }, (_, index) => ask(`${chain.edges[index % 2]?.url}${reload}`));
    const { request, response } = await arriving;
    expect(request.url).toBe(reload);
    expect(isMediaCredential(keys, worker, Date.now(), request.headers.authorization)).toBe(true);
    while (chain.edges.some(({ cache }) => cache.heldFills === 0)) await ask(`${chain.edges[0].url}/time`);
    response.writeHead(200, { 'cache-control': 'public, max-age=1' }).end('#EXTM3U\n');
    for (const { status, body } of await Promise.all(clients))
      expect([status, body.toString()]).toEqual([200, '#EXTM3U\n']);
    expect(chain.media.asked).toHaveLength(1);
    expect(chain.store.asked).toHaveLength(0);
  });

  test('each piece of a growing segment reaches everybody before there is another one', async () => {
    const arriving = chain.media.next();
    const path = `${folder}9.m4s`;
    const clients = chain.edges.map(({ port }) => open(port, path));
    const { response } = await arriving;
    response.writeHead(200, { 'content-type': 'video/iso.segment' });
    for (const piece of ['first', 'second', 'third']) {
      response.write(piece);
      await Promise.all(clients.map(({ has }) => has(piece)));
    }
    response.end();
    await Promise.all(clients.map(({ has }) => has('\r\n0\r\n\r\n')));
    for (const { socket } of clients) socket.destroy();
    const whole = await ask(`${chain.edges[0].url}${path}`);
    expect(whole.body.toString()).toBe('firstsecondthird');
    expect(chain.media.asked).toHaveLength(1);
  });

  test('a segment whose worker dies is whole for nobody, and in no cache', async () => {
    const arriving = chain.media.next();
    const path = `${folder}9.m4s`;
    const clients = chain.edges.map(({ port }) => open(port, path));
    const { response } = await arriving;
    response.writeHead(200);
    response.write('first');
    await Promise.all(clients.map(({ has }) => has('first')));
    response.destroy();
    expect(await Promise.all(clients.map(({ ended }) => ended))).toEqual(['reset', 'reset']);
    const again = chain.media.next();
    const retry = ask(`${chain.edges[0].url}${path}`);
    (await again).response.writeHead(200).end('made again');
    expect((await retry).body.toString()).toBe('made again');
  });

  test('what the worker says is final is final, what it has not comes from the store', async () => {
    for (const status of [400, 404]) {
      const asking = ask(`${chain.edges[0].url}${folder}playlist.m3u8?_HLS_msn=${status}`);
      (await chain.media.next()).response.writeHead(status).end();
      expect((await asking).status).toBe(status);
    }
    expect(chain.store.asked).toHaveLength(0);
    const old = ask(`${chain.edges[0].url}${folder}1.m4s`);
    (await chain.media.next()).response.writeHead(503).end();
    const stored = chain.store.asked.length === 0 ? await chain.store.next() : chain.store.asked[0];
    stored?.response.writeHead(200).end('stored');
    expect((await old).body.toString()).toBe('stored');
  });

  test('a takedown at the edge answers what is blocked, without waiting for the worker', async () => {
    const arriving = chain.media.next();
    const blocked = ask(`${chain.edges[0].url}${reload}`);
    await arriving;
    chain.edges[0].service.deny(new Set([`local/${stream}`]));
    expect((await blocked).status).toBe(410);
  });
});
