import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ControlStore } from '../../../lib/control-store/ports.ts';
import { encodeProxyHeader } from '../../../lib/protocol/relay/proxy-header.ts';
import { hashStreamKey, parseStreamKey } from '../../../lib/routing/stream-key.ts';
import { CommandClient } from '../../../testkit/harness/command-client.ts';
import { accept, FakeWorker } from '../../../testkit/harness/fake-worker.ts';
import {
  type HarnessOptions,
  type IngestHarness,
  pepper,
  startIngest,
} from '../../../testkit/harness/ingest-harness.ts';
import { frameIndex, RtmpClient } from '../../../testkit/harness/rtmp-client.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function ingest(
  options: HarnessOptions = {},
): Promise<{ harness: IngestHarness; encoder: FakeWorker }> {
  const encoder = await FakeWorker.start('encoder-1');
  cleanups.push(() => encoder.die());
  const harness = await startIngest({ workers: [encoder.record()], ...options });
  cleanups.push(() => harness.close());
  return { harness, encoder };
}

function client(port: number, key: string): RtmpClient {
  const made = new RtmpClient({ port, key });
  cleanups.push(() => made.socket.destroy());
  return made;
}

/** Resolves once no more than this count as publishers. */
async function publishers({ proxy }: IngestHarness, count: number): Promise<void> {
  while (proxy.publishers > count) await turn();
}

/** A bare socket; resolves with all that came when the server closed. */
function raw(port: number, talk: (socket: Socket) => void): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  cleanups.push(() => socket.destroy());
  const received: Buffer[] = [];
  socket.on('data', (bytes) => received.push(bytes));
  socket.on('error', () => {});
  socket.on('connect', () => talk(socket));
  return new Promise((resolve) => socket.on('close', () => resolve(Buffer.concat(received))));
}

describe('stream keys', () => {
  const unauthorized = { level: 'error', code: 'NetStream.Publish.Unauthorized' };

  test('a malformed, an unknown and a wrong key get the same answer', async () => {
    const { harness, encoder } = await ingest();
    const { streamId, key } = await harness.addStream();
    const wrong = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
    const unknown = `0000000000000000_${key.slice(17)}`;
    const answers = [];
    for (const bad of ['hello', unknown, wrong]) answers.push(await client(harness.rtmpPort, bad).refused());
    for (const answer of answers) expect(answer).toMatchObject(unauthorized);
    expect(new Set(answers.map((answer) => answer?.description)).size).toBe(1);
    expect(harness.log.of('ingest.publish.refused').map(({ code }) => code)).toEqual([
      'KEY_MALFORMED',
      'KEY_UNKNOWN',
      'KEY_WRONG',
    ]);
    // Only what named a stream that exists is in its journal, without the key.
    const data = { reason: 'wrong-key', client: '127.0.0.1' };
    expect(await harness.refusals.first()).toEqual([expect.objectContaining({ streamId, data })]);
    expect(JSON.stringify([harness.log.events, harness.refusals.entries])).not.toContain(key.slice(17, -1));
    expect(encoder.links).toHaveLength(0);
  });

  test('an address that guesses waits for its answers, then gets none; a valid key there is accepted at once', async () => {
    const guesses = { burst: 2, everyMs: 60_000, longestMs: 60_000 };
    const { harness } = await ingest({ guesses });
    const { key } = await harness.addStream();
    const guess = `0000000000000000_${key.slice(17)}`;
    for (let answered = 0; answered < 2; answered++) {
      expect(await client(harness.rtmpPort, guess).refused()).toMatchObject(unauthorized);
    }
    // One of these waits for its answer, the other gets none.
    const further = [client(harness.rtmpPort, guess), client(harness.rtmpPort, guess)];
    expect(await Promise.race(further.map((one) => one.refused()))).toBeUndefined();
    expect(harness.log.of('ingest.guesses.dropped')).toEqual([{ client: '127.0.0.1', dropped: 1 }]);
    expect(harness.log.of('ingest.publish.refused')).toHaveLength(2);
    expect(further.filter(({ closed }) => closed)).toHaveLength(1);
    await client(harness.rtmpPort, key).started();
  });

  test('two keys are valid while rotating, an expired one is not, a new one is at once', async () => {
    const { harness } = await ingest();
    const { streamId, key } = await harness.addStream();
    await (await client(harness.rtmpPort, key).started()).socket.destroy();
    const fresh = `${streamId}_${'7'.repeat(26)}`;
    const stream = (await harness.store.getStream(streamId))!;
    const [old] = stream.keys;
    const added = { id: 'k2', hash: hashStreamKey(parseStreamKey(fresh)!, pepper), createdAtMs: 1 };
    const both = await harness.store.updateStream({
      ...stream,
      keys: [{ ...old!, expiresAtMs: Date.now() + 60_000 }, added],
    });
    await client(harness.rtmpPort, fresh).started();
    await client(harness.rtmpPort, key).started();
    const other = await harness.addStream();
    const expiring = (await harness.store.getStream(other.streamId))!;
    await harness.store.updateStream({
      ...expiring,
      keys: [{ ...expiring.keys[0]!, expiresAtMs: Date.now() - 1 }],
    });
    expect(await client(harness.rtmpPort, other.key).refused()).toMatchObject(unauthorized);
    expect(harness.log.of('ingest.publish.refused')).toMatchObject([{ code: 'KEY_EXPIRED' }]);
    expect(both.keys).toHaveLength(2);
  });

  test('a publish without a key is refused as one', async () => {
    const { harness } = await ingest();
    expect(await client(harness.rtmpPort, '').refused()).toMatchObject({
      level: 'error',
      code: 'NetStream.Publish.BadName',
    });
    expect(harness.log.of('ingest.publish.refused')).toMatchObject([{ code: 'NO_STREAM_NAME' }]);
  });

  test('a key in the server field is found, and stays out of the log and of the relay link', async () => {
    const { harness, encoder } = await ingest();
    const { streamId, key } = await harness.addStream();
    const publisher = new CommandClient(harness.rtmpPort);
    cleanups.push(() => publisher.socket.destroy());
    await publisher.connect(`live/${key}`);
    expect(await publisher.publish('')).toMatchObject({ code: 'NetStream.Publish.Start' });
    const link = await encoder.link();
    expect(link.hello).toMatchObject({ streamId, publish: { app: 'live', tcUrl: 'rtmp://127.0.0.1/live' } });
    expect(JSON.stringify([link.hello, harness.log.events])).not.toContain(key);
  });

  test('a key that was cut off is refused in words, also in the journal of the stream that it names', async () => {
    const { harness } = await ingest();
    const { streamId, key } = await harness.addStream();
    expect(await client(harness.rtmpPort, key.slice(0, -3)).refused()).toMatchObject(unauthorized);
    const data = { reason: 'malformed-key', client: '127.0.0.1' };
    expect(await harness.refusals.first()).toEqual([expect.objectContaining({ streamId, data })]);
  });

  test('guesses share a journal entry, and none waits for it or fails with it', async () => {
    let appends = 0;
    const { harness } = await ingest({
      store: (store) => ({
        ...store,
        appendEvent: () => {
          appends++;
          return Promise.reject(new Error('no writes'));
        },
      }),
    });
    const { streamId } = await harness.addStream();
    const guesses = Array.from({ length: 8 }, (_, index) =>
      client(harness.rtmpPort, `${streamId}_${String(index).repeat(26)}`).refused(),
    );
    for (const answer of await Promise.all(guesses)) expect(answer).toMatchObject(unauthorized);
    expect(await harness.log.first('ingest.journal.delayed')).toMatchObject({
      cause: { message: 'no writes' },
    });
    expect(appends).toBe(1);
    expect(harness.log.of('ingest.publish.refused')).toHaveLength(8);
  });

  test('a stream that is taken down is refused in words, and is open again once it is restored', async () => {
    const { harness, encoder } = await ingest();
    const { streamId, key } = await harness.addStream();
    const { takenDown: _, ...stream } = (await harness.store.getStream(streamId))!;
    const taken = await harness.store.updateStream({ ...stream, takenDown: { reason: 'Ours', atMs: 1 } });
    const answer = await client(harness.rtmpPort, key).refused();
    expect(answer).toMatchObject({ level: 'error', code: 'NetStream.Publish.Rejected' });
    expect(answer?.description).toMatch(/taken down/);
    expect(answer?.description).not.toContain('Ours');
    expect(encoder.links).toHaveLength(0);
    expect(harness.log.of('ingest.publish.refused')).toMatchObject([{ code: 'TAKEN_DOWN' }]);
    expect(await harness.refusals.first()).toMatchObject([{ streamId, data: { reason: 'taken-down' } }]);
    await harness.store.updateStream({ ...stream, version: taken.version });
    await client(harness.rtmpPort, key).started();
  });

  test('nobody new gets in while the control store is down, and who is on air stays', async () => {
    let down = false;
    const fail = async () => {
      throw new Error('down');
    };
    const { harness, encoder } = await ingest({
      store: (store: ControlStore) => ({
        getStream: (id) => (down ? fail() : store.getStream(id)),
        getLease: (id) => (down ? fail() : store.getLease(id)),
        getDocument: (id, kind) => (down ? fail() : store.getDocument(id, kind)),
        putDocument: (document) => (down ? fail() : store.putDocument(document)),
        appendEvent: (event) => (down ? fail() : store.appendEvent(event)),
        heartbeat: (member) => (down ? fail() : store.heartbeat(member)),
        listFleet: (role) => (down ? fail() : store.listFleet(role)),
        removeMember: (role, id) => (down ? fail() : store.removeMember(role, id)),
      }),
    });
    const { key } = await harness.addStream();
    const publisher = await client(harness.rtmpPort, key).started();
    down = true;
    await harness.log.first('ingest.store.unavailable');
    const other = await harness.addStream();
    expect(await client(harness.rtmpPort, other.key).refused()).toMatchObject({
      level: 'error',
      code: 'NetStream.Publish.Failed',
    });
    expect(harness.log.of('ingest.publish.unserved')).toMatchObject([{ code: 'CONTROL_STORE_UNAVAILABLE' }]);
    publisher.headers();
    publisher.socket.write(publisher.video(42, 0, true));
    const link = await encoder.link();
    await link.until(() => link.media.some(({ payload }) => payload[1] === 1 && frameIndex(payload) === 42));
    down = false;
    await harness.log.first('ingest.store.available');
    await client(harness.rtmpPort, other.key).started();
  });
});

describe('what is not RTMP', () => {
  test('garbage is closed and said so', async () => {
    const { harness } = await ingest();
    await raw(harness.rtmpPort, (socket) => socket.write('GET / HTTP/1.1\r\n\r\n'.repeat(200)));
    expect(await harness.log.first('ingest.session.closed')).toMatchObject({ code: 'HANDSHAKE_BAD_VERSION' });
  });

  test('half a handshake is closed at its deadline', async () => {
    const { harness } = await ingest({ limits: { handshakeMs: 200 } });
    await raw(harness.rtmpPort, (socket) => socket.write(Buffer.alloc(700, 3)));
    expect(await harness.log.first('ingest.session.closed')).toMatchObject({ code: 'HANDSHAKE_TIMEOUT' });
  });

  test('a silent connection is closed at the same deadline', async () => {
    const { harness } = await ingest({ limits: { handshakeMs: 200 } });
    await raw(harness.rtmpPort, () => {});
    expect(await harness.log.first('ingest.session.closed')).toMatchObject({ code: 'HANDSHAKE_TIMEOUT' });
  });

  test('a client that trickles after its handshake is closed when it does not publish in time', async () => {
    const { harness } = await ingest({ limits: { publishMs: 400 } });
    await raw(harness.rtmpPort, (socket) => {
      socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(1536), Buffer.alloc(1536)]));
      const trickle = setInterval(() => socket.write(Buffer.from([2])), 50);
      socket.on('close', () => clearInterval(trickle));
    });
    expect(await harness.log.first('ingest.session.closed')).toMatchObject({
      code: expect.stringMatching(/PUBLISH_TIMEOUT|CHUNK/),
    });
  });

  test('a huge message length before publish is refused and allocates nothing', async () => {
    const { harness } = await ingest();
    await raw(harness.rtmpPort, (socket) => {
      socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(1536), Buffer.alloc(1536)]));
      socket.write(Buffer.from([3, 0, 0, 0, 0xff, 0xff, 0xff, 20, 0, 0, 0, 0]));
    });
    expect(await harness.log.first('ingest.session.closed')).toMatchObject({ code: 'MESSAGE_TOO_LONG' });
  });

  test('a publisher that breaks the protocol on air is closed, and another is not touched', async () => {
    const { harness, encoder } = await ingest();
    const bad = await client(harness.rtmpPort, (await harness.addStream()).key).started();
    const good = await client(harness.rtmpPort, (await harness.addStream()).key).started();
    const link = await encoder.link(1);
    // Set Chunk Size 0.
    bad.socket.write(Buffer.from([2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0]));
    await bad.until(() => bad.closed);
    expect(bad.statuses.at(-1)).toMatchObject({ level: 'error', code: 'NetStream.Publish.Rejected' });
    expect(harness.log.of('ingest.publish.ended')).toEqual([
      expect.objectContaining({
        code: 'MEDIA_UNREADABLE',
        detail: 'CHUNK_SIZE_ZERO: the chunk size was set to 0',
      }),
    ]);
    good.headers();
    good.socket.write(good.video(7, 0, true));
    await link.until(() => link.media.some(({ payload }) => payload[1] === 1 && frameIndex(payload) === 7));
  });

  test('a publisher that goes quiet on air is closed after the idle limit', async () => {
    const { harness } = await ingest({ limits: { idleMs: 300 } });
    const publisher = await client(harness.rtmpPort, (await harness.addStream()).key).started();
    await publisher.until(() => publisher.closed);
    expect(harness.log.of('ingest.publish.ended')).toHaveLength(1);
  });

  test('a TLS handshake that is none is closed and said so', async () => {
    const { harness } = await ingest();
    await raw(harness.rtmpsPort, (socket) => socket.write('GET / HTTP/1.1\r\n\r\n'));
    expect(await harness.log.first('ingest.connection.refused')).toBeDefined();
  });

  test('publishers beyond the limit are turned away; connections that only wait do not count', async () => {
    const { harness } = await ingest({ maxSessions: 1 });
    const keys = [(await harness.addStream()).key, (await harness.addStream()).key];
    for (let held = 0; held < 5; held++) await new CommandClient(harness.rtmpPort).connect();
    const waiting = new CommandClient(harness.rtmpPort);
    cleanups.push(() => waiting.socket.destroy());
    await waiting.connect();
    const first = await client(harness.rtmpPort, keys[0]!).started();
    expect(harness.proxy.publishers).toBe(1);
    const third = client(harness.rtmpPort, keys[1]!);
    await third.until(() => third.closed);
    expect(third.published).toBe(false);
    expect(harness.log.of('ingest.connection.unserved')).toHaveLength(1);
    expect(await waiting.publish(keys[1]!)).toMatchObject({ code: 'NetStream.Publish.Failed' });
    expect(harness.log.of('ingest.publish.unserved')).toMatchObject([{ detail: 'the ingest proxy is full' }]);
    first.socket.destroy();
    await publishers(harness, 0);
    await client(harness.rtmpPort, keys[1]!).started();
  });

  test('one key has at most eight publishers at a time, so it cannot fill a proxy', async () => {
    const { harness, encoder } = await ingest();
    encoder.answer(() => {});
    const { key } = await harness.addStream();
    const clients = Array.from({ length: 8 }, () => client(harness.rtmpPort, key));
    await encoder.until(() => encoder.links.filter(({ hello }) => hello).length === 8);
    expect(await client(harness.rtmpPort, key).refused()).toMatchObject({
      code: 'NetStream.Publish.BadName',
    });
    for (const each of clients) each.socket.destroy();
    await publishers(harness, 7);
    encoder.answer((link) => link.send(accept));
    await client(harness.rtmpPort, key).started();
  });
});

describe('connections without a valid key', () => {
  const arrivals = { most: 8, mostPerClient: 4 };
  const kinds: readonly [string, (harness: IngestHarness) => Promise<Socket>][] = [
    ['send nothing', async ({ rtmpPort }) => connect(rtmpPort, '127.0.0.1')],
    ['send nothing to the TLS port', async ({ rtmpsPort }) => connect(rtmpsPort, '127.0.0.1')],
    [
      'stop within the TLS handshake',
      async ({ rtmpsPort }) => {
        const socket = connect(rtmpsPort, '127.0.0.1');
        socket.write(Buffer.from('160301020001', 'hex'));
        return socket;
      },
    ],
    [
      'stop within the RTMP handshake',
      async ({ rtmpPort }) => {
        const socket = connect(rtmpPort, '127.0.0.1');
        socket.write(Buffer.alloc(1000, 3));
        return socket;
      },
    ],
    [
      'stop after connect',
      async ({ rtmpPort }) => {
        const peer = new CommandClient(rtmpPort);
        await Promise.race([peer.connect(), peer.until(() => peer.closed)]);
        return peer.socket;
      },
    ],
    [
      'stop after createStream',
      async ({ rtmpPort }) => {
        const peer = new CommandClient(rtmpPort);
        await Promise.race([peer.connect(), peer.until(() => peer.closed)]);
        peer.socket.write(peer.command('createStream', 4, null));
        return peer.socket;
      },
    ],
  ];

  test.each(kinds)('that %s shut nobody out, and nobody on air', async (_name, open) => {
    const { harness } = await ingest({ arrivals, maxSessions: 3 });
    const [before, after, secure] = await Promise.all([
      harness.addStream(),
      harness.addStream(),
      harness.addStream(),
    ]);
    const onAir = await client(harness.rtmpPort, before.key).started();
    const held: Socket[] = [];
    cleanups.push(() => {
      for (const socket of held) socket.destroy();
    });
    let closed = 0;
    for (let count = 0; count < 20; count++) {
      const socket = await open(harness);
      socket.on('error', () => {});
      socket.on('close', () => closed++);
      held.push(socket);
    }
    await new RtmpClient({ port: harness.rtmpPort, key: after.key, localAddress: '127.0.0.2' }).started();
    const tls = { port: harness.rtmpsPort, key: secure.key, tls: true, localAddress: '127.0.0.2' };
    await new RtmpClient(tls).started();
    const { crowdedOut, sockets, client: whose } = harness.door();
    expect({ crowdedOut, whose }).toEqual({ crowdedOut: 16, whose: '127.0.0.1' });
    expect(sockets).toBeLessThanOrEqual(3 + 20);
    expect(onAir.closed).toBe(false);
    expect(harness.proxy.publishers).toBe(3);
    // Each of them would be a line in the log.
    expect(harness.log.of('ingest.session.closed')).toEqual([]);
    expect(harness.log.of('ingest.connection.refused')).toEqual([]);
  });

  test('that come from many addresses shut nobody out', async () => {
    const { harness } = await ingest({ arrivals });
    const { key } = await harness.addStream();
    for (let count = 0; count < 40; count++) {
      const socket = connect({
        port: harness.rtmpPort,
        host: '127.0.0.1',
        localAddress: `127.0.0.${10 + count}`,
      });
      socket.on('error', () => {});
      cleanups.push(() => socket.destroy());
      await new Promise((resolve) => socket.on('connect', resolve));
    }
    await client(harness.rtmpPort, key).started();
    expect(harness.door().crowdedOut).toBeGreaterThanOrEqual(32);
  });

  test('that a balancer brings count by the address that it names', async () => {
    const { harness } = await ingest({ arrivals, proxyHeader: true });
    const named = (address: string) =>
      encodeProxyHeader({
        command: 'proxy',
        addresses: { source: { address, port: 1 }, destination: { address: '127.0.0.1', port: 1935 } },
        tlvs: [],
      });
    const open = async (address: string) => {
      const socket = connect(harness.rtmpPort, '127.0.0.1');
      cleanups.push(() => socket.destroy());
      socket.on('error', () => {});
      socket.write(named(address));
      // The handshake's first answer.
      socket.write(Buffer.concat([Buffer.of(3), Buffer.alloc(1536)]));
      await new Promise((resolve) => socket.once('data', resolve));
      return socket;
    };
    const others = [await open('2001:db8::1'), await open('198.51.100.1')];
    for (let count = 0; count < 6; count++) await open(`2001:db8:1:2::${count}`);
    expect(harness.door()).toMatchObject({ crowdedOut: 2, client: '2001:db8:1:2::1' });
    for (const socket of others) expect(socket.closed).toBe(false);
  });

  test('that once published count as waiting again after their stream has ended', async () => {
    const { harness } = await ingest({ arrivals, maxSessions: 1 });
    const [first, second] = [await harness.addStream(), await harness.addStream()];
    const peer = new CommandClient(harness.rtmpPort);
    cleanups.push(() => peer.socket.destroy());
    await peer.connect();
    expect(await peer.publish(first.key)).toMatchObject({ code: 'NetStream.Publish.Start' });
    peer.socket.write(
      Buffer.concat([peer.command('deleteStream', 6, null, 1), peer.command('createStream', 7, null)]),
    );
    await harness.log.first('ingest.publish.ended');
    await publishers(harness, 0);
    await client(harness.rtmpPort, second.key).started();
    expect(peer.closed).toBe(false);
  });
});

describe('stopping', () => {
  test('publishers on air are told to come again after the drain time', async () => {
    const { harness, encoder } = await ingest();
    const publisher = await client(harness.rtmpPort, (await harness.addStream()).key).started();
    await harness.proxy.stop(50);
    await publisher.until(() => publisher.closed);
    expect(publisher.statuses.at(-1)).toMatchObject({ level: 'error', code: 'NetStream.Publish.Failed' });
    const link = await encoder.link();
    await link.until(() => link.ended);
    expect(harness.proxy.sessions).toBe(0);
  });
});
