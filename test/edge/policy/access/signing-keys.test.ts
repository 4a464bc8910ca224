import { expect, test } from '@jest/globals';
import {
  formatSigningKeys,
  parseSigningKeys,
  rotatedKeys,
  signingKeyAt,
  signingLeadMs,
  verifyingKeys,
} from '../../../../lib/edge/policy/access/signing-keys.ts';

const key = (id: string) => ({ id, secret: id.repeat(10) });
const nowMs = 1_790_000_000_000;

test('the first key signs at once, the next one when every edge has it, and two are known at a time', () => {
  const first = rotatedKeys([], key('k001'), nowMs);
  expect(signingKeyAt(first, nowMs).id).toBe('k001');
  const second = rotatedKeys(first, key('k002'), nowMs + 1_000);
  expect(second.map(({ id }) => id)).toEqual(['k001', 'k002']);
  expect(signingKeyAt(second, nowMs + 1_000).id).toBe('k001');
  expect(signingKeyAt(second, nowMs + 1_000 + signingLeadMs).id).toBe('k002');
  const third = rotatedKeys(second, key('k003'), nowMs + 2_000);
  expect(third.map(({ id }) => id)).toEqual(['k002', 'k003']);
  // Rotated twice within the lead: the older of the two has been under way for longer.
  expect(signingKeyAt(third, nowMs + 2_000).id).toBe('k002');
});

test('keys read as they were written', () => {
  const keys = rotatedKeys(rotatedKeys([], key('k001'), nowMs), key('k002'), nowMs);
  expect(parseSigningKeys(formatSigningKeys(keys))).toEqual(keys);
  expect(verifyingKeys(keys)).toBe(`k001:${key('k001').secret} k002:${key('k002').secret}`);
});

test.each([
  '',
  '\n',
  'k001',
  'k001 1 short',
  'K001 1 abcdefghijklmnopqrstuvwxyz',
  'k001 x abcdefghijklmnopqrstuvwxyz',
])('%j is no text of keys, and the error does not repeat it', (text) => {
  expect(() => parseSigningKeys(text)).toThrow(expect.objectContaining({ code: 'SIGNING_KEYS_UNREADABLE' }));
  expect(() => parseSigningKeys(text)).toThrow(/^(A line of the|There are no) playback keys/);
});
