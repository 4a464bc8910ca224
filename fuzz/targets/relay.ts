import fc from 'fast-check';
import { decodeRelayHello, encodeRelayHello, type RelayHello } from '../../lib/protocol/relay/hello.ts';
import { formatIp, parseIp } from '../../lib/protocol/relay/ip-address.ts';
import { type LinkFrame, LinkFrameDecoder } from '../../lib/protocol/relay/link-frames.ts';
import { decodeProxyHeader, encodeProxyHeader } from '../../lib/protocol/relay/proxy-header.ts';
import { openSeal, parseRelayKeys } from '../../lib/protocol/relay/seal.ts';
import { ProtocolError } from '../../lib/protocol/rtmp/errors.ts';
import { must, mustAgree, refusing, twoCuts } from '../contract.ts';
import type { FuzzTarget } from '../model.ts';
import { codeOf } from './rtmp.ts';

const tlv = fc
  .tuple(
    fc.constantFrom(1, 2, 3, 4, 0x20, 0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xea, 0xeb, 0xec, 0xef),
    fc.uint8Array({ maxLength: 40 }),
  )
  .map(([type, value]) => Buffer.concat([Buffer.of(type, value.length >> 8, value.length & 255), value]));

/** Of both addresses and ports, by family. */
const addressSizes: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [0x11, 12],
  [0x21, 36],
]);

/** A header whose lengths are right. */
const header = fc
  .tuple(
    fc.constantFrom(0x20, 0x21),
    fc.constantFrom(0, 0x11, 0x21, 0x12, 0x31),
    fc.array(tlv, { maxLength: 8 }),
  )
  .map(([command, family, tlvs]) => {
    const addresses = Buffer.alloc(addressSizes.get(family) ?? 0, 1);
    const body = Buffer.concat([addresses, ...tlvs]);
    const head = Buffer.from('0d0a0d0a000d0a515549540a00000000', 'hex');
    head[12] = command;
    head[13] = family;
    head.writeUInt16BE(body.length, 14);
    return Buffer.concat([head, body]);
  });

/** The corpus is sealed with it. */
const sharedKey = 'a relay key of the fuzzer, 32 characters';
const otherKey = 'another key that nothing is sealed with';

function decodeFrames(pieces: readonly Buffer[]): unknown {
  const frames: LinkFrame[] = [];
  const decoder = new LinkFrameDecoder((frame) => frames.push(frame));
  const fault = refusing(() => {
    for (const piece of pieces) decoder.push(piece);
  }, ProtocolError);
  return [frames, codeOf(fault)];
}

const frame = fc
  .tuple(
    fc.integer({ min: 0, max: 10 }),
    fc.dictionary(
      fc.constantFrom(
        'broadcastId',
        'epoch',
        'reason',
        'holder',
        'level',
        'code',
        'description',
        'type',
        'keyFramesAtMs',
      ),
      fc.jsonValue({ maxDepth: 1 }),
    ),
  )
  .map(([type, fields]) => {
    const payload = Buffer.from(JSON.stringify(fields));
    const head = Buffer.alloc(4);
    head.writeUInt32BE(type * 2 ** 24 + payload.length);
    return Buffer.concat([head, payload]);
  });

/** A header may not be complete at one length and something else with more bytes behind it. */
function mustNotDependOnMore(
  input: Buffer,
  decode: (bytes: Buffer) => { readonly length: number } | undefined,
): void {
  const whole = refusing(() => decode(input), ProtocolError);
  if (whole === undefined || whole instanceof Error) return;
  must(whole.length <= input.length, 'a header is longer than its bytes');
  mustAgree(decode(input.subarray(0, whole.length)), whole, 'a header alone');
  must(
    decode(input.subarray(0, whole.length - 1)) === undefined,
    'a header without its last byte is complete',
  );
}

export const relayTargets: readonly FuzzTarget[] = [
  {
    name: 'proxy-header',
    about: 'the PROXY protocol header in front of a connection from the balancer',
    parsers: ['lib/protocol/relay/proxy-header.ts', 'lib/protocol/relay/ip-address.ts'],
    shapes: header,
    run(input) {
      const text = input.toString('latin1');
      for (const bytes of [4, 16] as const) {
        const ip = parseIp(text, bytes);
        if (ip) mustAgree(parseIp(formatIp(ip), bytes), ip, 'an address written again');
      }
      mustNotDependOnMore(input, (bytes) => decodeProxyHeader(bytes, 536));
      const decoded = refusing(() => decodeProxyHeader(input), ProtocolError);
      if (decoded === undefined || decoded instanceof Error) return;
      encodeProxyHeader(decoded.header);
      const addressBytes = addressSizes.get(input[13] ?? -1);
      if (addressBytes === undefined) return;
      const tlvBytes = decoded.header.tlvs.reduce((sum, { value }) => sum + 3 + value.length, 0);
      mustAgree(16 + addressBytes + tlvBytes, decoded.length, 'the parts of a header and its length');
    },
  },
  {
    name: 'relay-hello',
    about: "the first bytes on a worker's relay port",
    parsers: ['lib/protocol/relay/hello.ts'],
    shapes: header,
    words: ['0123456789abcdef', 'ingest-1', '{"app":"live"}', Buffer.from([0, 0, 0, 128])],
    run(input) {
      mustNotDependOnMore(input, decodeRelayHello);
      const decoded = refusing(() => decodeRelayHello(input), ProtocolError);
      if (decoded === undefined || decoded instanceof Error || decoded.hello === undefined) return;
      const again = decodeRelayHello(encodeRelayHello(decoded.hello))?.hello;
      mustAgree(again, decoded.hello satisfies RelayHello, 'a hello written again');
    },
  },
  {
    name: 'relay-seal',
    about: 'the seal of a hello, which a worker opens before it reads anything else of it',
    parsers: ['lib/protocol/relay/seal.ts'],
    shapes: header,
    words: [Buffer.of(0xe8, 0, 16), Buffer.of(0xe9, 0, 32), 'encoder-1', 'k'.repeat(32)],
    run(input) {
      parseRelayKeys(input.toString('latin1'));
      refusing(() => openSeal(input, [sharedKey]), ProtocolError);
      const opened = refusing(() => openSeal(input, [otherKey, `${otherKey}.`]), ProtocolError);
      must(opened instanceof Error, 'a seal was opened without its key');
    },
  },
  {
    name: 'link-frames',
    about: "a worker's answers on a relay link",
    parsers: ['lib/protocol/relay/link-frames.ts'],
    words: [
      '"broadcastId":"b"',
      '"epoch":1',
      '"reason":',
      '"description":""',
      '"level":"error"',
      '{}',
      '"code":""',
      '"keyFramesAtMs":[8000]',
    ],
    shapes: fc
      .tuple(fc.integer({ min: 1, max: 255 }), fc.array(frame, { maxLength: 5 }))
      .map(([size, frames]) => Buffer.concat([Buffer.of(size), ...frames])),
    run(input) {
      const { pieces, whole } = twoCuts(input);
      mustAgree(decodeFrames(pieces), decodeFrames(whole), 'frames in pieces');
    },
  },
];
