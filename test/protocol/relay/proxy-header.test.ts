import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeProxyHeader,
  encodeProxyHeader,
  type ProxyHeader,
} from '../../../lib/protocol/relay/proxy-header.ts';
import { bytesOf, codeOf } from '../rtmp/wire.ts';

const signature = '0d0a0d0a000d0a515549540a';
const end = (address: string, port: number) => ({ address, port });

/** Headers as haproxy.org’s proxy-protocol.txt, 2.2, lays them out. */
const vectors: readonly { readonly name: string; readonly header: ProxyHeader; readonly hex: string }[] = [
  {
    name: 'IPv4',
    header: {
      command: 'proxy',
      addresses: { source: end('192.0.2.1', 50_000), destination: end('127.0.0.1', 1935) },
      tlvs: [],
    },
    hex: '21 11 000c c0000201 7f000001 c350 078f',
  },
  {
    name: 'IPv6',
    header: {
      command: 'proxy',
      addresses: { source: end('2001:db8::1', 50_000), destination: end('::1', 443) },
      tlvs: [],
    },
    hex: '21 21 0024 20010db8000000000000000000000001 00000000000000000000000000000001 c350 01bb',
  },
  { name: 'a health check', header: { command: 'local', tlvs: [] }, hex: '20 00 0000' },
  {
    name: 'TLVs, an empty one and one twice',
    header: {
      command: 'proxy',
      tlvs: [
        { type: 0xe0, value: Buffer.from('ab') },
        { type: 0x04, value: Buffer.alloc(0) },
        { type: 0xe0, value: Buffer.from('c') },
      ],
    },
    hex: '21 00 000c e0 0002 6162 04 0000 e0 0001 63',
  },
];

describe('PROXY protocol version 2', () => {
  test.each(vectors)('reads $name', ({ header, hex }) => {
    const bytes = bytesOf(signature + hex);
    expect(decodeProxyHeader(Buffer.concat([bytes, Buffer.from('next')]))).toEqual({
      header,
      length: bytes.length,
    });
  });

  test.each(vectors)('writes $name', ({ header, hex }) => {
    expect(encodeProxyHeader(header).toString('hex')).toBe(bytesOf(signature + hex).toString('hex'));
  });

  test.each(vectors)('asks for more at every proper beginning of $name', ({ hex }) => {
    const bytes = bytesOf(signature + hex);
    for (let length = 0; length < bytes.length; length++) {
      expect(decodeProxyHeader(bytes.subarray(0, length))).toBeUndefined();
    }
  });

  test.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::', '::'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('brings %s over as %s', (address, expected) => {
    const bytes = encodeProxyHeader({
      command: 'proxy',
      addresses: { source: end(address, 1), destination: end(address, 2) },
      tlvs: [],
    });
    expect(decodeProxyHeader(bytes)?.header.addresses?.source.address).toBe(expected);
  });

  test('brings an IPv4 client of an IPv6 listener over as IPv4', () => {
    const addresses = { source: end('192.0.2.1', 1), destination: end('2001:db8::1', 2) };
    expect(
      decodeProxyHeader(encodeProxyHeader({ command: 'proxy', addresses, tlvs: [] }))?.header.addresses,
    ).toEqual(addresses);
  });

  test.each(['', 'localhost', '256.0.0.1', '1.2.3', '1:2', '::1]/', '::g', 'a b'])(
    'refuses to write the address %j',
    (address) => {
      const addresses = { source: end(address, 1), destination: end('::1', 2) };
      expect(() => encodeProxyHeader({ command: 'proxy', addresses, tlvs: [] })).toThrow(RangeError);
    },
  );

  test.each([
    ['another first byte', '0e'],
    ['RTMP', '03 00000000'],
    ['version 1', Buffer.from('PROXY TCP4').toString('hex')],
    ['a signature that goes wrong at its end', `${signature.slice(0, -2)}0b`],
    ['version 3', `${signature} 31`],
    ['an unknown command', `${signature} 22`],
    ['addresses that do not fit', `${signature} 21 11 000b c0000201 7f000001 c350 07`],
    ['a TLV cut in its head', `${signature} 21 00 0002 e0 00`],
    ['a TLV that is longer than the header', `${signature} 21 00 0004 e0 0002 61`],
  ])('refuses %s', (_name, hex) => {
    expect(codeOf(() => decodeProxyHeader(bytesOf(hex)))).toBe('PROXY_HEADER_MALFORMED');
  });

  test('refuses a header over the limit before it has come', () => {
    expect(codeOf(() => decodeProxyHeader(bytesOf(`${signature} 21 00 ffff`)))).toBe('PROXY_HEADER_TOO_LONG');
    expect(codeOf(() => decodeProxyHeader(bytesOf(`${signature} 21 00 0005`), 20))).toBe(
      'PROXY_HEADER_TOO_LONG',
    );
  });

  test('skips addresses of transports that it does not use', () => {
    expect(decodeProxyHeader(bytesOf(`${signature} 21 12 000c c0000201 7f000001 c350 078f`))).toEqual({
      header: { command: 'proxy', tlvs: [] },
      length: 28,
    });
  });

  test('reads back whatever it wrote', () => {
    const endpoint = fc.record({ address: fc.ipV6(), port: fc.nat(65_535) });
    const tlvs = fc.array(
      fc.record({
        type: fc.nat(255),
        value: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
      }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(endpoint, endpoint, tlvs, (source, destination, list) => {
        const bytes = encodeProxyHeader({ command: 'proxy', addresses: { source, destination }, tlvs: list });
        const decoded = decodeProxyHeader(bytes);
        expect(decoded?.length).toBe(bytes.length);
        expect(decoded?.header.tlvs).toEqual(list);
        const addresses = decoded?.header.addresses;
        expect(addresses?.source.port).toBe(source.port);
        expect(encodeProxyHeader({ command: 'proxy', ...(addresses && { addresses }), tlvs: list })).toEqual(
          bytes,
        );
      }),
    );
  });

  test('throws nothing but protocol errors, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.uint8Array({ maxLength: 80 }), (signed, bytes) => {
        codeOf(() => decodeProxyHeader(signed ? Buffer.concat([bytesOf(signature), bytes]) : bytes));
      }),
      { numRuns: 500 },
    );
  });
});
