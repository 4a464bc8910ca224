import { describe, expect, test } from '@jest/globals';
import {
  bornSignedPattern,
  type EdgeEntry,
  formatEntry,
  parseEntry,
} from '../../../../lib/edge/policy/access/playback.ts';
import { signToken, tokenPattern } from '../../../../lib/edge/policy/access/playback-token.ts';
import { isStreamId, newBroadcastId, newStreamId } from '../../../../lib/routing/ids.ts';

test.each<EdgeEntry>([
  {},
  { denied: true },
  { mode: 'signed' },
  { mode: 'public' },
  { mode: 'signed', notBeforeMs: 1_764_230_000_000 },
  { denied: true, mode: 'signed', notBeforeMs: 7 },
])('an entry of %j reads as it was written', (entry) => {
  expect(parseEntry(formatEntry(entry))).toEqual(entry);
});

test('what takedowns wrote before there were signed streams still denies', () => {
  expect(parseEntry('taken down')).toEqual({ denied: true });
});

describe('the mark of what began as signed', () => {
  test('is in the ids of a stream and of a broadcast, and in no other', () => {
    for (let count = 0; count < 200; count++) {
      const [signed, open] = [newStreamId(true), newStreamId()];
      const [secret, shown] = [newBroadcastId(count, undefined, true), newBroadcastId(count)];
      for (const id of [signed, open, secret, shown])
        expect([id, isStreamId(id), id.length]).toEqual([id, true, 16]);
      expect(bornSignedPattern.test(`/local/${signed}/index.m3u8`)).toBe(true);
      expect(bornSignedPattern.test(`/local/${open}/${secret}/index.m3u8`)).toBe(true);
      expect(bornSignedPattern.test(`/local/${open}/${shown}/index.m3u8`)).toBe(false);
      expect(bornSignedPattern.test(`/local/${open}/index.m3u8`)).toBe(false);
    }
  });
});

test('a token has the stated form and does not contain the address it is bound to', () => {
  const claims = { session: '0'.repeat(20), issuedMs: 1, address: '203.0.113.9', viewerId: 'v' };
  const token = signToken('local/x', claims, { id: 'k001', secret: 's' });
  expect(token).toMatch(tokenPattern);
  expect(token).not.toContain('203');
});
