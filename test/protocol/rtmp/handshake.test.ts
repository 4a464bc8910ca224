import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ClientHandshake,
  handshakePartBytes,
  ServerHandshake,
} from '../../../lib/protocol/rtmp/handshake.ts';
import { codeOf, cut } from './wire.ts';

const random = (length: number) => Buffer.alloc(length, 0x5a);
const c1 = Buffer.from(Array.from({ length: handshakePartBytes }, (_, index) => index & 255));
const c0c1 = Buffer.concat([Buffer.of(3), c1]);
const c2 = Buffer.alloc(handshakePartBytes, 0xc2);
const s1 = Buffer.concat([Buffer.alloc(8), random(handshakePartBytes - 8)]);
const s0s1s2 = Buffer.concat([Buffer.of(3), s1, c1]);

describe('the server’s handshake', () => {
  test('answers C0 and C1 with the version, its own part and an echo', () => {
    const handshake = new ServerHandshake(random);
    expect(handshake.push(c0c1)).toEqual(s0s1s2);
    expect(handshake.done).toBe(false);
    expect(handshake.push(c2)).toHaveLength(0);
    expect(handshake.done).toBe(true);
    expect(handshake.rest).toHaveLength(0);
  });

  test('tells the client by a version of 0 to use the simple handshake', () => {
    expect(new ServerHandshake().push(c0c1).subarray(1, 9)).toEqual(Buffer.alloc(8));
  });

  test('sends other random bytes to everyone', () => {
    expect(new ServerHandshake().push(c0c1)).not.toEqual(new ServerHandshake().push(c0c1));
  });

  test('says the same however the bytes are cut, and keeps what comes after', () => {
    const bytes = Buffer.concat([c0c1, c2, Buffer.from('and more')]);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (at) => {
        const handshake = new ServerHandshake(random);
        const sent: Buffer[] = [];
        const after: Uint8Array[] = [];
        for (const piece of cut(bytes, at)) {
          if (handshake.done) after.push(piece);
          else {
            sent.push(handshake.push(piece));
            if (handshake.done) after.push(handshake.rest);
          }
        }
        expect(Buffer.concat(sent)).toEqual(s0s1s2);
        expect(Buffer.concat(after).toString()).toBe('and more');
      }),
    );
  });

  test('says nothing before all of C1 is there', () => {
    const handshake = new ServerHandshake(random);
    expect(handshake.push(c0c1.subarray(0, -1))).toHaveLength(0);
    expect(handshake.push(Buffer.alloc(0))).toHaveLength(0);
    expect(handshake.push(c0c1.subarray(-1))).toEqual(s0s1s2);
  });

  test('keeps a copy of what comes after, so that a read buffer can be used again', () => {
    const handshake = new ServerHandshake(random);
    const bytes = Buffer.concat([c0c1, c2, Buffer.from('more')]);
    handshake.push(bytes);
    bytes.fill(0);
    expect(handshake.rest.toString()).toBe('more');
  });

  test.each([
    [6, 'HANDSHAKE_ENCRYPTED'],
    [8, 'HANDSHAKE_ENCRYPTED'],
    [9, 'HANDSHAKE_ENCRYPTED'],
    [0, 'HANDSHAKE_BAD_VERSION'],
    [0x16, 'HANDSHAKE_BAD_VERSION'],
    [0x47, 'HANDSHAKE_BAD_VERSION'],
    [0xff, 'HANDSHAKE_BAD_VERSION'],
  ])('refuses the first byte %d at once as %s', (first, code) => {
    expect(codeOf(() => new ServerHandshake().push(Buffer.of(first)))).toBe(code);
  });
});

describe('the client’s handshake', () => {
  test('ends with the server’s, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(4000), { maxLength: 6 }),
        fc.array(fc.nat(4000), { maxLength: 6 }),
        (at, otherAt) => {
          const client = new ClientHandshake();
          const server = new ServerHandshake();
          const answer = Buffer.concat(cut(client.start(), at).map((piece) => server.push(piece)));
          const echo = cut(Buffer.concat([answer, Buffer.from('x')]), otherAt).map((piece) =>
            client.push(piece),
          );
          for (const piece of echo) if (!server.done) server.push(piece);
          expect(client.done && server.done).toBe(true);
          expect(client.rest.toString()).toBe('x');
          expect(Buffer.concat(echo)).toEqual(answer.subarray(1, 1 + handshakePartBytes));
        },
      ),
    );
  });

  test('refuses another version', () => {
    expect(codeOf(() => new ClientHandshake().push(Buffer.of(4)))).toBe('HANDSHAKE_BAD_VERSION');
  });
});
