import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask } from '../../edge/herd-client.ts';
import { startTier } from '../../edge/tiers.ts';
import { startOrigin } from '../../origin/origin-server.ts';

const path = '/local/s/b/v/1.m4s';

/** Sends raw bytes and gives all that comes back until the connection closes. */
function exchange(port: number, ...pieces: (string | Buffer)[]): Promise<string> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      for (const piece of pieces) socket.write(piece);
    });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => done(text));
  });
}

/** Resolves when the connection is closed, whatever the reason. */
const closeOf = (socket: Socket): Promise<void> => new Promise((done) => socket.on('close', () => done()));

describe("the edge's HTTP server", () => {
  let origin: Awaited<ReturnType<typeof startOrigin>>;
  let edge: Awaited<ReturnType<typeof startTier>>;
  const body = randomBytes(8_000_000);

  beforeAll(async () => {
    origin = await startOrigin();
    await origin.store.put(path.slice(1), body, {
      contentType: 'video/iso.segment',
      cacheControl: 'max-age=60',
    });
    edge = await startTier('edge', origin.url, {
      headersTimeoutMs: 200,
      idleTimeoutMs: 5_000,
      slowReadMs: 500,
      lingerMs: 200,
      maxConnections: 20,
    });
  });
  afterAll(async () => {
    await edge.close();
    await origin.close();
  });

  test('answers several requests on one connection, in order', async () => {
    const text = await exchange(
      edge.port,
      `GET /healthz HTTP/1.1\r\nHost: e\r\n\r\nGET /time HTTP/1.1\r\nHost: e\r\n\r\n`,
      `HEAD ${path} HTTP/1.1\r\nHost: e\r\nConnection: close\r\n\r\n`,
    );
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
    expect(text).toMatch(/"status":"ok".*content-length: 8000000/is);
  });

  test('answers an absolute target like its path', async () => {
    const text = await exchange(
      edge.port,
      'GET http://elsewhere.example/healthz HTTP/1.1\r\nHost: e\r\nConnection: close\r\n\r\n',
    );
    expect(text).toMatch(/^HTTP\/1\.1 200 .*"status":"ok"/s);
  });

  test('answers what was asked before the client stopped sending', async () => {
    const text = await new Promise<string>((done) => {
      const socket = connect({ port: edge.port, host: '127.0.0.1', allowHalfOpen: true });
      let received = '';
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1');
      });
      socket.on('end', () => done(received));
      socket.end('GET /local/none/1.m4s HTTP/1.1\r\nHost: e\r\n\r\nGET /healthz HTTP/1.1\r\nHost: e\r\n\r\n');
    });
    expect(text).toMatch(/^HTTP\/1\.1 404 .*HTTP\/1\.1 200 .*"status":"ok"\}$/s);
  });

  test.each([1, 2, 3, 7, 20])('reads a request that comes in pieces of %i bytes', async (size) => {
    const request = 'GET /healthz HTTP/1.1\r\nHost: e\r\nConnection: close\r\n\r\n';
    const socket = connect({ port: edge.port, host: '127.0.0.1', noDelay: true });
    const answered = new Promise<string>((done) => socket.once('data', (chunk) => done(chunk.toString())));
    for (let at = 0; at < request.length; at += size) {
      await new Promise<void>((done) => socket.write(request.slice(at, at + size), () => done()));
    }
    expect(await answered).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  test('answers thousands of requests that were sent without waiting', async () => {
    const one = 'HEAD /healthz HTTP/1.1\r\nHost: e\r\n\r\n';
    const text = await exchange(edge.port, one.repeat(5000), 'GET /x HTTP/1.0\r\n\r\n');
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(5000);
    expect(text).toMatch(/HTTP\/1\.1 404 /);
  });

  test('begins no further request of a client that does not take its answers', async () => {
    const stuck = connect(edge.port, '127.0.0.1');
    stuck.on('error', () => {});
    stuck.pause();
    stuck.write(`GET ${path} HTTP/1.1\r\nHost: e\r\n\r\n`.repeat(50));
    while (!edge.cache.memory.peek(path)?.readers) await new Promise((done) => setTimeout(done, 10));
    await new Promise((done) => setTimeout(done, 100));
    expect(edge.cache.memory.peek(path)?.readers).toBe(1);
    stuck.destroy();
    while (edge.cache.memory.peek(path)?.readers) await new Promise((done) => setTimeout(done, 10));
  });

  test('ends an answer to HTTP/1.0 by closing, unless the client asks otherwise', async () => {
    expect(await exchange(edge.port, 'GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/connection: close.*ok"\}$/s);
    const kept = await exchange(
      edge.port,
      'GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /time HTTP/1.0\r\n\r\n',
    );
    expect(kept).toMatch(/connection: keep-alive.*connection: close/s);
  });

  test('closes a connection whose header never ends', async () => {
    expect(await exchange(edge.port, 'GET / HTTP/1.1\r\nX: ')).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('closes a connection that says nothing', async () => {
    expect(await exchange(edge.port)).toBe('');
  });

  test.each([
    ['a header that is too large', `GET / HTTP/1.1\r\nX: ${'x'.repeat(9000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['a request line that is too long', `GET /${'x'.repeat(9000)} HTTP/1.1\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [
      'a request that has a body',
      'GET / HTTP/1.1\r\nHost: e\r\nContent-Length: 5\r\n\r\nhello',
      /^HTTP\/1\.1 413 /,
    ],
    [
      'a chunked body',
      'GET / HTTP/1.1\r\nHost: e\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      /^HTTP\/1\.1 413 /,
    ],
    [
      'two kinds of length at once',
      'GET / HTTP/1.1\r\nHost: e\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    ['garbage', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1\.1 400 /],
    ['a request without Host', 'GET /healthz HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['two Hosts', 'GET /healthz HTTP/1.1\r\nHost: e\r\nHost: e\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['an invalid Host', 'GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['a target of no form', 'GET healthz HTTP/1.1\r\nHost: e\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['a header that folds', 'GET /healthz HTTP/1.1\r\nHost: e\r\nX: a\r\n b\r\n\r\n', /^HTTP\/1\.1 400 /],
  ])('refuses %s and closes', async (_name, request, expected) => {
    expect(await exchange(edge.port, request)).toMatch(expected);
  });

  test('closes connections beyond its limit at once, and takes new ones when others have left', async () => {
    const sockets = await Promise.all(
      Array.from(
        { length: 25 },
        () =>
          new Promise<Socket & { shut?: boolean }>((done) => {
            const socket: Socket & { shut?: boolean } = connect(edge.port, '127.0.0.1');
            socket.on('error', () => {});
            socket.on('close', () => {
              socket.shut = true;
              done(socket);
            });
            socket.on('data', () => done(socket));
            socket.write('GET /healthz HTTP/1.1\r\nHost: e\r\n\r\n');
          }),
      ),
    );
    expect(sockets.filter(({ shut }) => shut)).toHaveLength(5);
    await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<void>((done) => {
            if (socket.shut) done();
            socket.on('close', () => done());
            socket.destroy();
          }),
      ),
    );
    let outcome = await ask(`${edge.url}/healthz`);
    while (outcome.status === 0) outcome = await ask(`${edge.url}/healthz`);
    expect(outcome.status).toBe(200);
  });

  test('a new connection replaces the one that has been unused for longest', async () => {
    const sockets: Socket[] = [];
    const closed: number[] = [];
    for (let index = 0; index < 20; index++) {
      const socket = connect(edge.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.on('close', () => closed.push(index));
      socket.write('HEAD /healthz HTTP/1.1\r\nHost: e\r\n\r\n');
      await once(socket, 'data');
      sockets.push(socket);
    }
    // A connection that was used a moment ago isn't given up.
    let outcome = await ask(`${edge.url}/healthz`);
    while (outcome.status === 0) outcome = await ask(`${edge.url}/healthz`);
    expect(outcome.status).toBe(200);
    expect(closed).toEqual([0]);
    for (const socket of sockets) socket.destroy();
  });

  test('a client that trickles after its last request loses the connection', async () => {
    const socket = connect({ port: edge.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    socket.resume();
    socket.write('GET /healthz HTTP/1.1\r\nHost: e\r\nConnection: close\r\n\r\n');
    const trickle = setInterval(() => socket.write('x'), 50);
    await closeOf(socket);
    clearInterval(trickle);
  });

  test.each(['local/s/b/v/2.m4s', 'local/s/b/v/2.m4s HTTP/1.1\r\nConnection: close\r\nX: '])(
    'a client that takes a byte now and then of %j is cut off',
    async (target) => {
      await origin.store.put('local/s/b/v/2.m4s', randomBytes(30_000_000), {
        contentType: 'video/iso.segment',
        cacheControl: 'max-age=60',
      });
      const socket = connect({ port: edge.port, host: '127.0.0.1' });
      socket.on('error', () => {});
      const isClosed = closeOf(socket);
      socket.write(`GET /${target} HTTP/1.1\r\nHost: e\r\n\r\n`);
      await once(socket, 'readable');
      const trickle = setInterval(() => socket.read(1), 50);
      while (!edge.cache.memory.peek('/local/s/b/v/2.m4s')?.readers)
        await new Promise((done) => setTimeout(done, 10));
      while (edge.cache.memory.peek('/local/s/b/v/2.m4s')?.readers)
        await new Promise((done) => setTimeout(done, 50));
      socket.resume();
      await isClosed;
      clearInterval(trickle);
    },
  );

  test('lets go of a client that stopped reading, and of the memory that it held', async () => {
    const stuck = connect(edge.port, '127.0.0.1');
    stuck.on('error', () => {});
    stuck.pause();
    stuck.write(`GET ${path} HTTP/1.1\r\nHost: e\r\n\r\n`);
    while (!edge.cache.memory.peek(path)?.readers) await new Promise((done) => setTimeout(done, 10));
    const quick = await ask(`${edge.url}${path}`);
    expect(quick.complete).toBe(true);
    expect(quick.body.equals(body)).toBe(true);
    while (edge.cache.memory.peek(path)?.readers) await new Promise((done) => setTimeout(done, 50));
    stuck.destroy();
  });
});

describe('an edge whose memory is held by clients that do not read', () => {
  test('serves everybody else, first without storing, then from the memory that they give up', async () => {
    const origin = await startOrigin();
    const edge = await startTier('edge', origin.url, { cacheBytes: 50_000_000 });
    const body = randomBytes(9_000_000);
    const facts = { contentType: 'video/iso.segment', cacheControl: 'max-age=60' };
    const name = (number: number) => `local/s/b/v/${number}.m4s`;
    for (let number = 0; number < 12; number++) await origin.store.put(name(number), body, facts);
    const stuck: Socket[] = [];
    try {
      for (let reader = 0; reader < 100; reader++) {
        const socket = connect(edge.port, '127.0.0.1');
        socket.on('error', () => {});
        socket.write(`GET /${name(reader % 5)} HTTP/1.1\r\nHost: e\r\n\r\n`);
        await new Promise((done) => socket.once('readable', done));
        stuck.push(socket);
      }
      const served = await ask(`${edge.url}/${name(6)}`);
      expect([served.status, served.complete, served.body.equals(body)]).toEqual([200, true, true]);
      for (let number = 7; edge.cache.memory.cutReaders === 0; number = 7 + (number % 5)) {
        expect((await ask(`${edge.url}/${name(number)}`)).status).toBe(200);
        await new Promise((done) => setTimeout(done, 100));
      }
      expect(edge.cache.counts.shed).toBe(0);
    } finally {
      for (const socket of stuck) socket.destroy();
      await edge.close();
      await origin.close();
    }
  });
});
