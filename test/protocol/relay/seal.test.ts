import { describe, expect, test } from '@jest/globals';
import { decodeRelayHello, encodeRelayHello } from '../../../lib/protocol/relay/hello.ts';
import { decodeProxyHeader } from '../../../lib/protocol/relay/proxy-header.ts';
import { openSeal, parseRelayKeys, type RelayKeys, sealHello } from '../../../lib/protocol/relay/seal.ts';
import type { MemberId } from '../../../lib/routing/ids.ts';
import { plainHello } from '../../../testkit/harness/open-session.ts';
import { codeOf } from '../rtmp/wire.ts';

const [old, now, next] = ['old', 'now', 'next'].map((name) => name.padEnd(32, '.')) as [
  string,
  string,
  string,
];
const facts = { worker: 'encoder-1' as MemberId, sentAtMs: 1_795_366_800_123 };
const hello = encodeRelayHello(plainHello);
const sealed = (keys: RelayKeys) => sealHello(hello, facts, keys);

describe('the seal of a relay hello', () => {
  test('tells for which worker it is meant and when it was made, and leaves the hello as it was', () => {
    const bytes = sealed([now]);
    expect(openSeal(bytes, [now])).toMatchObject(facts);
    expect(decodeRelayHello(bytes)).toEqual({ hello: plainHello, length: bytes.length });
  });

  test('opens with any key that both have: before, during and after a rotation', () => {
    expect(openSeal(sealed([now, old]), [next, now])).toMatchObject(facts);
    expect(openSeal(sealed([next, now]), [now, old])).toMatchObject(facts);
    expect(codeOf(() => openSeal(sealed([old]), [next, now]))).toBe('RELAY_HELLO_FORGED');
  });

  test('breaks with every bit of what it seals: stream, session, client, time, worker', () => {
    const bytes = sealed([now]);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      expect(() => openSeal(changed, [now])).toThrow();
    }
  });

  test('is missed where a hello has none, or only looks like it', () => {
    expect(codeOf(() => openSeal(hello, [now]))).toBe('RELAY_HELLO_UNSEALED');
    const { tlvs } = decodeProxyHeader(sealed([now]))!.header;
    const withoutMacs = sealed([now]).subarray(0, -tlvs.at(-1)!.value.length - 3);
    withoutMacs.writeUInt16BE(withoutMacs.length - 16, 14);
    expect(codeOf(() => openSeal(withoutMacs, [now]))).toBe('RELAY_HELLO_UNSEALED');
    const noMac = sealHello(hello, facts, [] as unknown as RelayKeys);
    expect(codeOf(() => openSeal(noMac, [now]))).toBe('RELAY_HELLO_FORGED');
  });

  test('is another one each time', () => {
    const later = sealHello(hello, { ...facts, sentAtMs: facts.sentAtMs + 1 }, [now]);
    expect(openSeal(later, [now]).id).not.toBe(openSeal(sealed([now]), [now]).id);
  });
});

test('a secret has one to four keys of at least 32 characters, one a line', () => {
  expect(parseRelayKeys(`${now}\n`)).toEqual([now]);
  expect(parseRelayKeys(`${next}\r\n${now}\n\n`)).toEqual([next, now]);
  for (const text of ['', 'short', `${now}\nshort`, Array(5).fill(now).join('\n')])
    expect(parseRelayKeys(text)).toBeUndefined();
});
