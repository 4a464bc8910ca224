import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PlaybackCheck } from '../../../lib/edge/playback-check.ts';
import { ask, type ClientOptions } from '../../edge/herd-client.ts';
import { born, carrying, keys, marked, nowMs, token } from '../../edge/policy/access/playback-vectors.ts';
import { startTier } from '../../edge/tiers.ts';
import { token as originToken, startOrigin } from '../../origin/origin-server.ts';

const immutable = { contentType: 'video/iso.segment', cacheControl: 'public, max-age=31536000, immutable' };

describe('a herd', () => {
  let origin: Awaited<ReturnType<typeof startOrigin>>;
  let shield: Awaited<ReturnType<typeof startTier>>;
  let edge: Awaited<ReturnType<typeof startTier>>;
  /** What the origin's reads wait for. */
  let gate: Promise<void> = Promise.resolve();

  beforeAll(async () => {
    origin = await startOrigin((store) => ({
      put: (key, body, options) => store.put(key, body, options),
      get: (key) => store.get(key),
      list: (prefix, page) => store.list(prefix, page),
      delete: (key) => store.delete(key),
      move: (from, to) => store.move(from, to),
      open: async (key) => {
        await gate;
        return store.open(key);
      },
    }));
    shield = await startTier('shield', origin.url);
    const playback = new PlaybackCheck(() => nowMs);
    playback.useKeys(keys);
    edge = await startTier('edge', shield.url, {}, playback);
  });
  afterAll(async () => {
    await edge.close();
    await shield.close();
    await origin.close();
  });

  const reads = async (key: string) => {
    const metrics = (await (
      await fetch(`${origin.url}/_metrics`, { headers: { authorization: `Bearer ${originToken}` } })
    ).json()) as {
      readsByKey: Record<string, number>;
    };
    return metrics.readsByKey[key] ?? 0;
  };

  /** Sends them all while the origin holds its answer back, so that none can be served from memory. */
  async function herd(key: string, clients: ClientOptions[], paths: readonly string[] = []) {
    let open = () => {};
    gate = new Promise((done) => {
      open = done;
    });
    const outcomes = clients.map((options, index) => ask(`${edge.url}${paths[index] ?? `/${key}`}`, options));
    const aboard = () => edge.cache.fillsUnderWay > 0;
    while (!aboard()) await new Promise((done) => setImmediate(done));
    open();
    return Promise.all(outcomes);
  }

  test.each([
    [2000, 1000],
    [200, 400_000],
  ])('of %i requests for a new segment of %i bytes is one read of the origin', async (clients, bytes) => {
    const key = `local/s/herd-${bytes}/v/1.m4s`;
    const body = randomBytes(bytes);
    await origin.store.put(key, body, immutable);
    const outcomes = await herd(
      key,
      Array.from({ length: clients }, () => ({})),
    );
    expect(outcomes.filter(({ status, complete }) => status !== 200 || !complete)).toEqual([]);
    expect(outcomes.every((outcome) => outcome.body.equals(body))).toBe(true);
    expect(await reads(key)).toBe(1);
    expect(shield.cache.counts).toMatchObject({ failedFills: 0 });
  });

  test('of 2,000 viewers of a signed stream, each with a link of its own, is one read of the origin', async () => {
    const key = `${born}/${marked}/v/1.m4s`;
    const body = randomBytes(1000);
    await origin.store.put(key, body, immutable);
    const viewers = Array.from({ length: 2000 }, (_, index) => `viewer-${index}`);
    const paths = viewers.map((viewerId) => carrying(`/${key}`, token({ viewerId })));
    expect(new Set(paths).size).toBe(2000);
    const outcomes = await herd(
      key,
      viewers.map(() => ({})),
      paths,
    );
    expect(outcomes.filter(({ status, complete }) => status !== 200 || !complete)).toEqual([]);
    expect(outcomes.every((outcome) => outcome.body.equals(body))).toBe(true);
    expect(await reads(key)).toBe(1);
    expect((await ask(`${edge.url}/${key}`)).status).toBe(403);
  });

  test('with ranges, hang-ups and slow readers among it is one read, and everybody else gets all', async () => {
    const key = 'local/s/mixed/v/1.m4s';
    const body = randomBytes(300_000);
    await origin.store.put(key, body, immutable);
    const kinds: ClientOptions[] = [
      {},
      { headers: { range: 'bytes=1000-200999' } },
      { abortAfterBytes: 0 },
      { abortAfterBytes: 50_000 },
      { slow: true },
      { headers: { range: 'bytes=-5' } },
    ];
    const clients = Array.from({ length: 300 }, (_, index) => kinds[index % kinds.length] ?? {});
    const outcomes = await herd(key, clients);
    const ofKind = (kind: number) => outcomes.filter((_, index) => index % kinds.length === kind);
    for (const whole of [...ofKind(0), ...ofKind(4)]) {
      expect(whole).toMatchObject({ status: 200, complete: true });
      expect(whole.body.equals(body)).toBe(true);
    }
    for (const part of ofKind(1)) {
      expect(part.status).toBe(206);
      expect(part.body.equals(body.subarray(1000, 201_000))).toBe(true);
    }
    for (const tail of ofKind(5)) expect(tail.body.equals(body.subarray(-5))).toBe(true);
    for (const gone of [...ofKind(2), ...ofKind(3)]) expect(gone.complete).toBe(false);
    expect(await reads(key)).toBe(1);
  });

  test('that hangs up altogether leaves the segment behind for the next client', async () => {
    const key = 'local/s/gone/v/1.m4s';
    const body = randomBytes(200_000);
    await origin.store.put(key, body, immutable);
    let open = () => {};
    gate = new Promise((done) => {
      open = done;
    });
    const sockets = await Promise.all(
      Array.from(
        { length: 50 },
        () =>
          new Promise<Socket>((done) => {
            const socket = connect(edge.port, '127.0.0.1', () => {
              socket.write(`GET /${key} HTTP/1.1\r\nHost: edge\r\n\r\n`, () => done(socket));
            });
          }),
      ),
    );
    while (shield.cache.fillsUnderWay === 0) await new Promise((done) => setImmediate(done));
    for (const socket of sockets) socket.destroy();
    open();
    const next = await ask(`${edge.url}/${key}`);
    expect(next).toMatchObject({ status: 200, complete: true });
    expect(next.body.equals(body)).toBe(true);
    expect(await reads(key)).toBe(1);
  });

  test('for a segment that is not there yet is one read, and the segment comes once it is there', async () => {
    const key = 'local/s/early/v/1.m4s';
    const early = await herd(
      key,
      Array.from({ length: 200 }, () => ({})),
    );
    expect(early.every(({ status }) => status === 404)).toBe(true);
    expect(await reads(key)).toBe(1);
    await origin.store.put(key, Buffer.from('now'), immutable);
    let outcome = await ask(`${edge.url}/${key}`);
    while (outcome.status === 404) {
      await new Promise((done) => setTimeout(done, 50));
      outcome = await ask(`${edge.url}/${key}`);
    }
    expect(outcome.body.toString()).toBe('now');
    expect(await reads(key)).toBe(2);
  });
});

describe('an origin that dies', () => {
  /** An origin that sends half an object and waits; then it dies, or goes on. */
  async function halfway(port = 0) {
    const sockets = new Set<Socket>();
    const state = { dies: true, half: () => {} };
    const sentHalf = new Promise<void>((done) => {
      state.half = done;
    });
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-length': '200000' });
      response.write(Buffer.alloc(100_000, 'a'), state.half);
      if (!state.dies) response.end(Buffer.alloc(100_000, 'b'));
    });
    server.on('connection', (socket) => sockets.add(socket));
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    return {
      state,
      sentHalf,
      port: (server.address() as AddressInfo).port,
      close: () =>
        new Promise<void>((done) => {
          server.close(() => done());
          for (const socket of sockets) socket.destroy();
        }),
    };
  }

  test('in the middle of a segment cuts its clients off: none believes that it has all; back again, all is well', async () => {
    const dying = await halfway();
    const shield = await startTier('shield', `http://127.0.0.1:${dying.port}`);
    const edge = await startTier('edge', shield.url);
    const url = `${edge.url}/local/s/b/v/1.m4s`;
    const outcomes = Array.from({ length: 20 }, () => ask(url));
    await dying.sentHalf;
    // Once all of them read the object, the head of a 200 is on its way to each.
    while (edge.cache.memory.peek('/local/s/b/v/1.m4s')?.readers !== 20) {
      await new Promise((done) => setImmediate(done));
    }
    await dying.close();
    for (const outcome of await Promise.all(outcomes)) expect(outcome.complete).toBe(false);

    const down = await ask(url);
    expect(down).toMatchObject({ status: 502, complete: true });

    const back = await halfway(dying.port);
    back.state.dies = false;
    let outcome = await ask(url);
    while (outcome.status !== 200) {
      await new Promise((done) => setTimeout(done, 50));
      outcome = await ask(url);
    }
    expect(outcome).toMatchObject({ complete: true });
    expect(outcome.body).toHaveLength(200_000);
    await edge.close();
    await shield.close();
    await back.close();
  });
});
