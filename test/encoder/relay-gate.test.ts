import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { RelayConnection, RelayConnectionHandler } from '../../lib/encoder/ports.ts';
import { RelayGate } from '../../lib/encoder/relay-gate.ts';
import { encodeRelayHello } from '../../lib/protocol/relay/hello.ts';
import { type LinkFrame, LinkFrameDecoder } from '../../lib/protocol/relay/link-frames.ts';
import { encodeProxyHeader } from '../../lib/protocol/relay/proxy-header.ts';
import { type RelayKeys, sealHello } from '../../lib/protocol/relay/seal.ts';
import type { MemberId } from '../../lib/routing/ids.ts';
import { plainHello } from '../../testkit/harness/open-session.ts';

const keys: RelayKeys = ['a key of the tests, long enough for it'];
const mostLinks = 2;
const startedMs = 1_795_366_800_000;
const local = encodeProxyHeader({ command: 'local', tlvs: [] });
let nowMs: number;
beforeEach(() => {
  jest.useFakeTimers();
  nowMs = startedMs;
});
afterEach(() => {
  jest.useRealTimers();
});

let serial = 0;
const sealedFor = (worker: string, sentAtMs = nowMs, sealedWith = keys) =>
  sealHello(
    encodeRelayHello({ ...plainHello, firstFrame: serial++ }),
    { worker: worker as MemberId, sentAtMs },
    sealedWith,
  );

/** Somebody's connection to the port. */
class Peer {
  readonly frames: LinkFrame[] = [];
  state: 'open' | 'ended' | 'aborted' = 'open';
  #handler!: RelayConnectionHandler;

  constructor(gate: RelayGate, host: string) {
    const decoder = new LinkFrameDecoder((frame) => this.frames.push(frame));
    gate.connected({
      remote: { host, port: 1 },
      start: (handler) => {
        this.#handler = handler;
      },
      write: (bytes) => decoder.push(bytes),
      pause() {},
      resume() {},
      end: () => {
        this.state = 'ended';
      },
      abort: () => this.close('aborted'),
    });
  }

  send(bytes: Buffer): this {
    this.#handler.data(bytes);
    return this;
  }

  close(as: 'ended' | 'aborted'): void {
    if (this.state === 'aborted') return;
    this.state = as;
    this.#handler.closed(undefined);
  }
}

function open() {
  const links: { received: string; connection: RelayConnection; closed: boolean }[] = [];
  const refused: { client: string; links: number; cause: Error }[] = [];
  const gate = new RelayGate({
    memberId: 'encoder-1' as MemberId,
    keys: () => keys,
    mostLinks,
    nowMs: () => nowMs,
    emit: (_name, fields) => refused.push(fields as never),
    opened: (connection) => {
      const link = { received: '', connection, closed: false };
      links.push(link);
      connection.start({
        data: (bytes) => {
          link.received += bytes.toString('latin1');
        },
        closed: () => {
          link.closed = true;
        },
      });
    },
  });
  return { links, refused, peer: (host = '10.0.0.1') => new Peer(gate, host) };
}

describe('the gate of a relay port', () => {
  test('passes on a link of our proxy with all its bytes, wherever they are split', () => {
    const hello = sealedFor('encoder-1');
    const { links, peer } = open();
    const proxy = peer().send(hello.subarray(0, 40)).send(hello.subarray(40)).send(Buffer.from('media'));
    jest.advanceTimersByTime(60_000);
    expect(links).toMatchObject([{ received: `${hello.toString('latin1')}media`, closed: false }]);
    expect(proxy.state).toBe('open');
    proxy.close('ended');
    expect(links[0]!.closed).toBe(true);
  });

  test.each<[string, () => Buffer, string]>([
    ['without a seal', () => encodeRelayHello(plainHello), 'has no seal'],
    ['sealed with another key', () => sealedFor('encoder-1', nowMs, [keys[0].toUpperCase()]), 'unknown here'],
    ['meant for another worker', () => sealedFor('encoder-2'), 'another worker'],
  ])('refuses a hello %s, with words for the log of its proxy', (_name, hello, words) => {
    const { links, refused, peer } = open();
    const other = peer().send(hello());
    expect(other.frames).toEqual([
      { type: 'refused', reason: 'unavailable', description: expect.stringContaining(words) },
    ]);
    other.send(Buffer.alloc(1000));
    jest.advanceTimersByTime(1_000);
    expect(other.state).toBe('aborted');
    expect(links).toEqual([]);
    expect(refused).toMatchObject([{ client: '10.0.0.1', links: 1 }]);
  });

  test('accepts a hello once, within its time', () => {
    const { links, peer } = open();
    const hello = sealedFor('encoder-1');
    peer().send(hello);
    nowMs += 119_000;
    const late = sealedFor('encoder-1', nowMs + 30_000);
    peer().send(late).close('ended');
    expect(links).toHaveLength(2);
    nowMs += 60_000;
    expect(peer().send(late).frames).toMatchObject([
      { type: 'refused', description: expect.stringContaining('sent before') },
    ]);
    expect(peer().send(hello).frames).toEqual([{ type: 'clock', nowMs }]);
    expect(links).toHaveLength(2);
  });

  test('tells a proxy with another clock its own, and accepts it then', () => {
    const { links, refused, peer } = open();
    const proxy = peer().send(sealedFor('encoder-1', nowMs - 3_600_000));
    expect(proxy.frames).toEqual([{ type: 'clock', nowMs }]);
    peer().send(sealedFor('encoder-1', (proxy.frames[0] as { nowMs: number }).nowMs));
    expect(links).toHaveLength(1);
    expect(refused).toEqual([]);
  });

  test.each<[string, (peer: Peer) => void]>([
    ['is silent', () => {}],
    ['stops within its hello', (peer) => peer.send(sealedFor('encoder-1').subarray(0, 60))],
    ['sends a byte now and then', (peer) => peer.send(local.subarray(0, 1))],
  ])('closes who %s after 3 s', (_name, act) => {
    const { refused, peer } = open();
    const other = peer();
    act(other);
    jest.advanceTimersByTime(2_999);
    expect(other.state).toBe('open');
    jest.advanceTimersByTime(1);
    expect(other.state).toBe('aborted');
    expect(refused).toHaveLength(1);
  });

  test('closes at once who sends something else', () => {
    const { peer } = open();
    expect(peer().send(Buffer.from('GET / HTTP/1.1\r\n')).state).toBe('aborted');
    const tooLong = Buffer.from(sealedFor('encoder-1'));
    tooLong.writeUInt16BE(65_000, 14);
    expect(peer().send(tooLong).state).toBe('aborted');
  });

  test('answers a health check by closing within a second, and at once if more comes', () => {
    const { refused, peer } = open();
    const check = peer().send(local);
    expect(check.state).toBe('ended');
    jest.advanceTimersByTime(999);
    expect(check.state).toBe('aborted');
    expect(peer().send(local).send(Buffer.alloc(1)).state).toBe('aborted');
    expect(peer().send(Buffer.concat([local, Buffer.alloc(1)])).state).toBe('aborted');
    expect(refused).toEqual([]);
  });

  test('always has room for our proxies, however many others wait', () => {
    const { links, refused, peer } = open();
    const others = Array.from({ length: 40 }, (_, index) => peer(`10.0.1.${index % 20}`));
    peer('10.0.0.1').send(sealedFor('encoder-1'));
    expect(links).toHaveLength(1);
    expect(others.filter(({ state }) => state === 'open')).toHaveLength(2 * mostLinks - 1);
    // One event now, another for the rest a second later.
    expect(refused).toMatchObject([{ links: 1 }]);
    jest.advanceTimersByTime(1_000);
    expect(refused.map((event) => event.links)).toEqual([1, 36]);
  });

  test('refuses more verified links than it may have, until one closes', () => {
    const { links, peer } = open();
    const [first] = [peer().send(sealedFor('encoder-1')), peer().send(sealedFor('encoder-1'))];
    expect(peer().send(sealedFor('encoder-1')).frames).toMatchObject([{ type: 'refused', reason: 'full' }]);
    first!.close('ended');
    peer().send(sealedFor('encoder-1'));
    expect(links).toHaveLength(3);
  });
});
