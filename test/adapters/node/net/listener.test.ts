import { once } from 'node:events';
import { connect } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type ListenerOptions, listen } from '../../../../lib/adapters/node/net/listener.ts';
import { ReadBatch } from '../../../../lib/adapters/node/net/read-batch.ts';
import type { Connection } from '../../../../lib/net/socket.ts';
import { encodeProxyHeader } from '../../../../lib/protocol/relay/proxy-header.ts';
import { allowedAddresses } from '../../../../lib/routing/target-address.ts';
import { testCertificate } from '../../../../testkit/harness/ingest-harness.ts';
import { Changing } from '../../../../testkit/until.ts';

const loopback = allowedAddresses(['127.0.0.0/8']);
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** What comes out of a connection, in the order of the calls. */
class Recorder extends Changing {
  readonly connection: Connection;
  text = '';
  ended = false;
  closed = false;
  /** Bytes gathered since the last end of a batch. */
  gathered = 0;
  readonly batches: number[] = [];

  constructor(connection: Connection, memoryBytes: number, batched = false) {
    super();
    this.connection = connection;
    if (batched) connection.batchReads();
    const memory = Buffer.alloc(memoryBytes);
    connection.start({
      into: () => memory,
      data: (bytes) => {
        expect(bytes.buffer).toBe(memory.buffer);
        this.text += bytes.toString('latin1');
        this.gathered += bytes.length;
        this.changed();
      },
      batchEnded: () => {
        if (this.gathered > 0) this.batches.push(this.gathered);
        this.gathered = 0;
        this.changed();
      },
      ended: () => {
        expect(this.gathered).toBe(0);
        this.ended = true;
        this.changed();
      },
      drained() {},
      closed: () => {
        this.closed = true;
        this.changed();
      },
    });
  }
}

async function serve(
  options: Partial<ListenerOptions> = {},
  made: { memoryBytes?: number; batched?: boolean } = {},
) {
  const recorders: Recorder[] = [];
  const refusals: Error[] = [];
  const changing = new (class extends Changing {
    tell = () => this.changed();
  })();
  const listener = await listen(
    { host: '127.0.0.1', port: 0, maxConnections: 10, handshakeTimeoutMs: 1_000, ...options },
    {
      connected(connection) {
        recorders.push(new Recorder(connection, made.memoryBytes ?? 1_024, made.batched));
        changing.tell();
      },
      refused(_remote, cause) {
        refusals.push(cause);
        changing.tell();
      },
    },
  );
  cleanups.push(() => {
    listener.close();
    for (const { connection } of recorders) connection.abort();
  });
  return {
    listener,
    refusals,
    changing,
    async recorder(index = 0) {
      await changing.until(() => recorders.length > index);
      return recorders[index]!;
    },
  };
}

async function dial(
  port: number,
  tls: boolean,
  offers: ConnectionOptions = {},
): Promise<TLSSocket | ReturnType<typeof connect>> {
  const socket = tls
    ? connectTls({
        port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        allowHalfOpen: true,
        ...offers,
      } as object)
    : connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  cleanups.push(() => socket.destroy());
  await once(socket, tls ? 'secureConnect' : 'connect');
  return socket;
}

/** As a balancer sends it. */
const header = encodeProxyHeader({
  command: 'proxy',
  addresses: {
    source: { address: '203.0.113.9', port: 4_711 },
    destination: { address: '198.51.100.1', port: 443 },
  },
  tlvs: [],
});

describe.each([
  { tls: false, proxyHeader: false },
  { tls: true, proxyHeader: false },
  { tls: false, proxyHeader: true },
])('an accepted connection (%p)', ({ tls, proxyHeader }) => {
  const options = async () => ({
    ...(proxyHeader ? { proxyHeaderFrom: loopback } : {}),
    ...(tls ? { certificates: [await testCertificate()] } : {}),
  });
  const greet = (socket: { write(bytes: Buffer): void }) => {
    if (proxyHeader) socket.write(header);
  };

  test('gives all bytes in order in the memory it was lent, however small', async () => {
    const { listener, recorder } = await serve(await options(), { memoryBytes: 7 });
    const socket = await dial(listener.port, tls);
    greet(socket);
    const said = Array.from({ length: 5_000 }, (_, index) => String(index)).join(' ');
    socket.end(said);
    const heard = await recorder();
    await heard.until(() => heard.ended);
    expect(heard.text).toBe(said);
    heard.connection.end();
    await heard.until(() => heard.closed);
  });

  test('writes after the peer has half-closed', async () => {
    const { listener, recorder } = await serve(await options());
    const socket = await dial(listener.port, tls);
    greet(socket);
    socket.end('x');
    const heard = await recorder();
    await heard.until(() => heard.ended);
    heard.connection.write(Buffer.from('good'), Buffer.from('bye'));
    heard.connection.end();
    let answer = '';
    for await (const bytes of socket) answer += bytes;
    expect(answer).toBe('goodbye');
  });

  test('reads nothing while paused', async () => {
    const { listener, recorder } = await serve(await options());
    const socket = await dial(listener.port, tls);
    greet(socket);
    socket.write('a');
    const heard = await recorder();
    await heard.until(() => heard.text === 'a');
    heard.connection.pause();
    socket.write(Buffer.alloc(8_000_000, 98));
    let before = -1;
    while (socket.writableLength !== before) {
      before = socket.writableLength;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // What was under way when it was paused may still come.
    expect(heard.text.length).toBeLessThan(200_000);
    heard.connection.resume();
    await heard.until(() => heard.text.length === 8_000_001);
  });

  test('takes reads together every so often where it is batched', async () => {
    const { listener, recorder } = await serve(
      { ...(await options()), batch: new ReadBatch(50) },
      { memoryBytes: 65_536, batched: true },
    );
    const socket = await dial(listener.port, tls);
    greet(socket);
    const sinceMs = performance.now();
    for (let index = 0; index < 200; index++) {
      socket.write('0123456789');
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.end();
    const heard = await recorder();
    await heard.until(() => heard.ended);
    expect(heard.text).toBe('0123456789'.repeat(200));
    // A busy machine takes longer to write them, and reads at more ticks.
    const ticks = (performance.now() - sinceMs) / 50;
    expect(heard.batches.length).toBeLessThan(50 + ticks);
  });

  test('says who the peer is', async () => {
    const { listener, recorder } = await serve(await options());
    const socket = await dial(listener.port, tls);
    greet(socket);
    const { remote, secure } = (await recorder()).connection;
    expect(secure).toBe(tls);
    expect(remote).toEqual(
      proxyHeader ? { host: '203.0.113.9', port: 4_711 } : { host: '127.0.0.1', port: socket.localPort },
    );
  });
});

describe('a listener', () => {
  test('takes a PROXY header in front of TLS', async () => {
    const { listener, recorder } = await serve({
      proxyHeaderFrom: loopback,
      certificates: [await testCertificate()],
    });
    const raw = connect(listener.port, '127.0.0.1');
    cleanups.push(() => raw.destroy());
    await once(raw, 'connect');
    raw.write(
      encodeProxyHeader({
        command: 'proxy',
        addresses: {
          source: { address: '2001:db8::7', port: 9 },
          destination: { address: '2001:db8::8', port: 443 },
        },
        tlvs: [],
      }),
    );
    const socket = connectTls({ socket: raw, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    socket.write('hello');
    const heard = await recorder();
    await heard.until(() => heard.text === 'hello');
    expect(heard.connection.remote).toEqual({ host: '2001:db8::7', port: 9 });
  });

  test('speaks TLS 1.2, whatever newer a client offers', async () => {
    const { listener } = await serve({ certificates: [await testCertificate()] });
    const socket = (await dial(listener.port, true)) as TLSSocket;
    expect(socket.getProtocol()).toBe('TLSv1.2');
    const newest = connectTls({ port: listener.port, rejectUnauthorized: false, minVersion: 'TLSv1.3' });
    cleanups.push(() => newest.destroy());
    await expect(once(newest, 'secureConnect')).rejects.toMatchObject({
      code: /TLSV1_ALERT_PROTOCOL_VERSION/,
    });
  });

  describe('with a P-256 and an RSA certificate', () => {
    const rsaOnly = 'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384';
    const keyTypeOf = (socket: TLSSocket) => socket.getPeerX509Certificate()!.publicKey.asymmetricKeyType;
    const pairs = async () => [await testCertificate('rsa'), await testCertificate('ec')];

    test.each<[string, ConnectionOptions, 'ec' | 'rsa']>([
      ['knows both', {}, 'ec'],
      ['prefers RSA', { ciphers: 'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256' }, 'ec'],
      ['knows RSA only', { ciphers: rsaOnly }, 'rsa'],
      ['signs with RSA only', { sigalgs: 'RSA+SHA256' }, 'rsa'],
    ])('gives a client that %s the certificate that fits: %p', async (_word, offers, keyType) => {
      const { listener } = await serve({ certificates: await pairs() });
      for (const _renewed of [false, true]) {
        const socket = (await dial(listener.port, true, offers)) as TLSSocket;
        expect(keyTypeOf(socket)).toBe(keyType);
        listener.setCertificates(await pairs());
      }
    });

    test('agrees on keys that the certificate’s key does not give away', async () => {
      const { listener, refusals, changing } = await serve({ certificates: await pairs() });
      const fault = await dial(listener.port, true, { ciphers: rsaOnly }).then((socket) =>
        (socket as TLSSocket).getEphemeralKeyInfo(),
      );
      expect(fault).toMatchObject({ type: 'ECDH' });
      const old = connectTls({
        port: listener.port,
        rejectUnauthorized: false,
        ciphers: 'AES128-GCM-SHA256',
      });
      cleanups.push(() => old.destroy());
      await expect(once(old, 'secureConnect')).rejects.toMatchObject({
        code: /HANDSHAKE_FAILURE/,
      });
      await changing.until(() => refusals.length === 1);
      expect(refusals[0]).toMatchObject({ code: 'ERR_SSL_NO_SHARED_CIPHER' });
    });
  });

  test('refuses what does not begin with the PROXY header that it expects', async () => {
    const { listener, refusals } = await serve({ proxyHeaderFrom: loopback });
    const socket = await dial(listener.port, false);
    socket.write('hello, this is no PROXY header');
    socket.resume();
    await once(socket, 'end');
    expect(refusals).toEqual([expect.objectContaining({ code: 'PROXY_HEADER_MALFORMED' })]);
  });

  test('refuses PROXY headers from anybody but the balancers', async () => {
    const { listener, refusals, changing } = await serve({
      proxyHeaderFrom: allowedAddresses(['192.0.2.0/24', '::1/128']),
    });
    const socket = connect(listener.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(header);
    await changing.until(() => refusals.length === 1);
    expect(refusals[0]).toMatchObject({ code: 'UNTRUSTED_BALANCER' });
    await once(socket, 'close');
  });

  test('closes a connection that is aborted right after its half-close, whatever the peer still sends', async () => {
    const { listener, recorder } = await serve();
    const socket = connect(listener.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(Buffer.alloc(1 << 20));
    const heard = await recorder();
    await heard.until(() => heard.gathered > 0 || heard.batches.length > 0);
    heard.connection.end();
    heard.connection.abort();
    await heard.until(() => heard.closed);
    await new Promise((resolve) => (socket.closed ? resolve(undefined) : socket.on('close', resolve)));
  });

  test('takes a client that comes without the header as it is, if the header is optional', async () => {
    const { listener, recorder } = await serve({ proxyHeaderFrom: loopback, proxyHeaderOptional: true });
    const direct = connect(listener.port, '127.0.0.1');
    direct.on('error', () => {});
    direct.write('\u0003RTMP');
    const heard = await recorder();
    await heard.until(() => heard.text === '\u0003RTMP');
    expect(heard.connection.remote).toEqual({ host: '127.0.0.1', port: direct.localPort });
    const carried = connect(listener.port, '127.0.0.1');
    carried.on('error', () => {});
    carried.write(Buffer.concat([header, Buffer.from('x')]));
    const other = await recorder(1);
    await other.until(() => other.text === 'x');
    expect(other.connection.remote).toEqual({ host: '203.0.113.9', port: 4_711 });
  });

  test('refuses a PROXY header and a TLS handshake that do not come in time', async () => {
    for (const options of [{ proxyHeaderFrom: loopback }, { certificates: [await testCertificate()] }]) {
      const { listener, refusals, changing } = await serve({ ...options, handshakeTimeoutMs: 100 });
      const socket = connect(listener.port, '127.0.0.1');
      cleanups.push(() => socket.destroy());
      socket.on('error', () => {});
      await changing.until(() => refusals.length === 1);
      await once(socket, 'close');
    }
  });

  test('gives new connections the new certificate and leaves the others alone', async () => {
    const { listener, recorder } = await serve({ certificates: [await testCertificate()] });
    const first = (await dial(listener.port, true)) as TLSSocket;
    const before = first.getPeerCertificate().fingerprint256;
    listener.setCertificates([await testCertificate()]);
    const second = (await dial(listener.port, true)) as TLSSocket;
    expect(second.getPeerCertificate().fingerprint256).not.toBe(before);
    first.write('still here');
    const heard = await recorder(0);
    await heard.until(() => heard.text === 'still here');
    expect(() => listener.setCertificates([{ cert: 'no', key: 'no' }])).toThrow();
  });

  test('closes connections beyond its limit and says so', async () => {
    const { listener, recorder, refusals, changing } = await serve({ maxConnections: 1 });
    const first = await dial(listener.port, false);
    const held = await recorder();
    const second = connect(listener.port, '127.0.0.1');
    second.on('error', () => {});
    await once(second, 'close');
    await changing.until(() => refusals.length === 1);
    expect(refusals[0]).toMatchObject({ code: 'TOO_MANY_CONNECTIONS' });
    first.destroy();
    held.connection.abort();
    await held.until(() => held.closed);
    // The server counts the one that closed: there is room again.
    const third = await dial(listener.port, false);
    third.write('x');
    const heard = await recorder(1);
    await heard.until(() => heard.text === 'x');
  });

  test('says when its port is taken', async () => {
    const { listener } = await serve();
    await expect(serve({ port: listener.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
