import { describe, expect, test } from '@jest/globals';
import { decodeRelayHello, encodeRelayHello, type RelayHello } from '../../../lib/protocol/relay/hello.ts';
import { decodeProxyHeader, encodeProxyHeader } from '../../../lib/protocol/relay/proxy-header.ts';
import type { MemberId, SessionId, StreamId } from '../../../lib/routing/ids.ts';
import { codeOf } from '../rtmp/wire.ts';

const hello: RelayHello = {
  client: { address: '192.0.2.1', port: 50_000 },
  server: { address: '127.0.0.1', port: 1935 },
  streamId: '0123456789abcdef' as StreamId,
  sessionId: 's0123456789a' as SessionId,
  proxyId: 'ingest-1' as MemberId,
  chunkState: {
    chunkSize: 4096,
    streams: [
      {
        chunkStreamId: 3,
        timestampMs: 0,
        timestampDeltaMs: 0,
        length: 37,
        typeId: 20,
        messageStreamId: 1,
        extendedTimestamp: false,
      },
    ],
  },
  publish: { app: 'live', flashVer: 'FMLE/3.0', tcUrl: 'rtmp://here/live' },
};

/** The hello with one TLV changed, or left out. */
function withTlv(type: number, value: Buffer | undefined): Buffer {
  const { header } = decodeProxyHeader(encodeRelayHello(hello))!;
  const others = header.tlvs.filter((tlv) => tlv.type !== type);
  return encodeProxyHeader({ ...header, tlvs: value === undefined ? others : [...others, { type, value }] });
}

describe('the relay hello', () => {
  test.each([
    ['a fresh publish', hello],
    ['a replay', { ...hello, replayFromMs: 2 ** 40 }],
    ['a planned move', { ...hello, replayFromMs: 4000, movesFrom: 'encoder-1' as MemberId }],
    ['a replay that counts frames', { ...hello, replayFromMs: 4000, firstFrame: 2 ** 33 }],
    ['a takeover of parts', { ...hello, replayFromMs: 4000, keyFramesAtMs: [5500, 6000, 2 ** 40] }],
    [
      'a takeover from a process that is gone',
      { ...hello, replayFromMs: 4000, goneWorker: { worker: 'encoder-1' as MemberId, epoch: 7 } },
    ],
    ['a proxy that drops unknown frames', { ...hello, dropsUnknownFrames: true }],
    ['a publisher that says little of itself', { ...hello, publish: { app: 'live' } }],
    ['a chunk stream state of nothing', { ...hello, chunkState: { chunkSize: 128, streams: [] } }],
  ])('is read back: %s', (_name, value) => {
    const bytes = encodeRelayHello(value);
    expect(decodeRelayHello(Buffer.concat([bytes, Buffer.from('chunks')]))).toEqual({
      hello: value,
      length: bytes.length,
    });
  });

  test('carries its facts in TLVs 0xE0 to 0xE7 and 0xEA to 0xEC', () => {
    const { tlvs } = decodeProxyHeader(
      encodeRelayHello({
        ...hello,
        replayFromMs: 6000,
        firstFrame: 300,
        movesFrom: 'encoder-1' as MemberId,
        keyFramesAtMs: [7000, 7500],
        goneWorker: { worker: 'encoder-3' as MemberId, epoch: 2 },
        dropsUnknownFrames: true,
      }),
    )!.header;
    const values = new Map(tlvs.map(({ type, value }) => [type, value]));
    const types = [0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xea, 0xeb, 0xec];
    expect([...values.keys()].sort()).toEqual(types);
    expect(values.get(0xe0)?.toString('ascii')).toBe('0123456789abcdef');
    expect(values.get(0xe1)?.toString('ascii')).toBe('s0123456789a');
    expect(values.get(0xe2)?.toString('ascii')).toBe('ingest-1');
    expect(values.get(0xe4)?.toString('hex')).toBe('0000000000001770');
    expect(values.get(0xe7)?.toString('hex')).toBe('000000000000012c');
    expect(values.get(0xe6)?.toString('ascii')).toBe('encoder-1');
    expect(JSON.parse(String(values.get(0xe5)))).toEqual(hello.publish);
    expect(values.get(0xea)?.toString('hex')).toBe('0000000000001b580000000000001d4c');
    expect(values.get(0xeb)?.toString('latin1')).toBe('\0\0\0\0\0\0\0\x02encoder-3');
    expect(values.get(0xec)).toHaveLength(0);
  });

  test('needs all of its bytes', () => {
    const bytes = encodeRelayHello(hello);
    for (let length = 0; length < bytes.length; length++) {
      expect(decodeRelayHello(bytes.subarray(0, length))).toBeUndefined();
    }
  });

  test('may have TLVs that we do not know yet', () => {
    expect(decodeRelayHello(withTlv(0xef, Buffer.from('later')))?.hello).toEqual(hello);
  });

  test('is none in a health check', () => {
    const bytes = encodeProxyHeader({ command: 'local', tlvs: [] });
    expect(codeOf(() => decodeRelayHello(bytes))).toBe('RELAY_HELLO_MALFORMED');
  });

  test('fits the limit even where an encoder sends names without end', () => {
    const endless = '\u0001'.repeat(100_000);
    const streams = Array.from({ length: 64 }, (_, index) => ({
      ...hello.chunkState.streams[0]!,
      chunkStreamId: index + 2,
    }));
    const bytes = encodeRelayHello({
      ...hello,
      chunkState: { chunkSize: 1, streams },
      publish: { app: endless, flashVer: endless, tcUrl: endless },
    });
    expect(decodeRelayHello(bytes)?.hello?.chunkState.streams).toHaveLength(64);
  });

  test.each([0xe0, 0xe1, 0xe2, 0xe3, 0xe5])('is refused without TLV 0x%s', (type) => {
    expect(codeOf(() => decodeRelayHello(withTlv(type, undefined)))).toBe('RELAY_HELLO_MALFORMED');
  });

  test.each([
    [0xe0, '0123456789ABCDEF', 'RELAY_HELLO_MALFORMED'],
    [0xe0, '../../etc/passwd', 'RELAY_HELLO_MALFORMED'],
    [0xe1, '', 'RELAY_HELLO_MALFORMED'],
    [0xe1, 'a/b', 'RELAY_HELLO_MALFORMED'],
    [0xe2, 'x'.repeat(65), 'RELAY_HELLO_MALFORMED'],
    [0xe3, 'abc', 'CHUNK_STATE_MALFORMED'],
    [0xe4, 'short', 'RELAY_HELLO_MALFORMED'],
    [0xe4, '\xff'.repeat(8), 'RELAY_HELLO_MALFORMED'],
    [0xe5, '{"app":7}', 'RELAY_HELLO_MALFORMED'],
    [0xe5, '{"app":', 'RELAY_HELLO_MALFORMED'],
    [0xe5, '{}', 'RELAY_HELLO_MALFORMED'],
    [0xea, '', 'RELAY_HELLO_MALFORMED'],
    [0xea, '\0'.repeat(12), 'RELAY_HELLO_MALFORMED'],
    [0xea, '\0'.repeat(17 * 8), 'RELAY_HELLO_MALFORMED'],
    [0xea, '\xff'.repeat(8), 'RELAY_HELLO_MALFORMED'],
    [0xeb, '', 'RELAY_HELLO_MALFORMED'],
    [0xeb, '\0\0\0\0\0\0\0\x01', 'RELAY_HELLO_MALFORMED'],
    [0xeb, '\0\0\0\0\0\0\0\x01../x', 'RELAY_HELLO_MALFORMED'],
  ])('is refused with TLV %d being %j', (type, value, code) => {
    expect(codeOf(() => decodeRelayHello(withTlv(type, Buffer.from(value, 'latin1'))))).toBe(code);
  });

  test('is refused without addresses', () => {
    const { header } = decodeProxyHeader(encodeRelayHello(hello))!;
    const bytes = encodeProxyHeader({ command: 'proxy', tlvs: header.tlvs });
    expect(codeOf(() => decodeRelayHello(bytes))).toBe('RELAY_HELLO_MALFORMED');
  });
});
