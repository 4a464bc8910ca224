import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type KeyedRequest,
  parseIdempotencyKey,
  requestNames,
} from '../../../../lib/control/api/idempotency/idempotency-key.ts';

describe('the header Idempotency-Key', () => {
  test.each([
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['"8e03978e"', '8e03978e'],
    ['"a \\"b\\" \\\\c"', 'a "b" \\c'],
    [' a b ', 'a b'],
    ['k'.repeat(255), 'k'.repeat(255)],
  ])('%j names the key %j', (header, key) => {
    expect(parseIdempotencyKey(header)).toBe(key);
  });

  test.each(['', ' ', '""', '" "', '"', '"a', '"a"b', '"a\\b"', 'k'.repeat(256), 'clé', 'a\u0000b', 'a\tb'])(
    '%j names none',
    (header) => {
      expect(parseIdempotencyKey(header)).toBeUndefined();
    },
  );

  test('whatever it is, it names a short visible text or nothing; in quotes the same as without', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme-ascii' })),
        (header) => {
          const key = parseIdempotencyKey(header);
          if (key === undefined) return;
          expect(key).toMatch(/^[\x20-\x7e]{1,255}$/);
          const quoted = `"${key.replaceAll(/["\\]/g, '\\$&')}"`;
          if (quoted.length <= 255) expect(parseIdempotencyKey(quoted)).toBe(key);
        },
      ),
    );
  });
});

describe('the names of a request', () => {
  const request: KeyedRequest = {
    key: 'k',
    caller: { id: 'ann', owner: 'ann' },
    method: 'POST',
    target: '/v1/streams',
    body: Buffer.from('{"name":"x"}'),
  };
  const names = (changes: Partial<KeyedRequest> = {}, pepper = 'p'.repeat(32)) =>
    requestNames({ ...request, ...changes }, pepper);

  test.each<[string, Partial<KeyedRequest>]>([
    ['key', { key: 'l' }],
    ['owner', { caller: { id: 'ann', owner: 'ben' } }],
    ['kind of caller', { caller: { id: 'ann' } }],
  ])('are under another ID with another %s', (_, changes) => {
    expect(names(changes).id).not.toBe(names().id);
    expect(() => names(changes).open(names().seal('answer'))).toThrow(
      expect.objectContaining({ code: 'SEAL_BROKEN' }),
    );
  });

  test.each<[string, Partial<KeyedRequest>]>([
    ['method', { method: 'PUT' }],
    ['path', { target: '/v1/streams/x/keys' }],
    ['query', { target: '/v1/streams?a=1' }],
    ['body', { body: Buffer.from('{"name":"y"}') }],
    // The same characters, cut elsewhere.
    ['boundary', { target: '/v1/stream', body: Buffer.from('s{"name":"x"}') }],
  ])('have another fingerprint with another %s, and the same ID', (_, changes) => {
    expect(names(changes).id).toBe(names().id);
    expect(names(changes).fingerprint).not.toBe(names().fingerprint);
  });

  test('open what they sealed, and nothing that was sealed with another pepper', () => {
    expect(names().open(names().seal('answer'))).toBe('answer');
    const other = names({}, 'q'.repeat(32));
    expect([other.id, other.fingerprint]).not.toContain(names().id);
    expect(() => other.open(names().seal('answer'))).toThrow(
      expect.objectContaining({ code: 'SEAL_BROKEN' }),
    );
  });
});
