import { describe, expect, test } from '@jest/globals';
import { openDestinationKey, sealDestinationKey } from '../../lib/routing/destination-key.ts';

const place = { pepper: 'p'.repeat(32), streamId: '0123456789abcdef', destinationId: 'd1' };
const key = 'live_1234_äöü?bandwidthtest=true';

describe('destination key', () => {
  test('opens to what was sealed, and shows nothing of it', () => {
    const sealed = sealDestinationKey(key, place);
    expect(openDestinationKey(sealed, place)).toBe(key);
    expect(sealed).toMatch(/^v1\.[\w-]+$/);
    expect(Buffer.from(sealed.slice(3), 'base64url').includes('live_1234')).toBe(false);
  });

  test('is another text each time it is sealed', () => {
    expect(sealDestinationKey(key, place)).not.toBe(sealDestinationKey(key, place));
  });

  test.each([
    ['stream', { ...place, streamId: '1123456789abcdef' }],
    ['destination', { ...place, destinationId: 'd2' }],
    ['secret', { ...place, pepper: 'q'.repeat(32) }],
    // The same characters, cut elsewhere.
    ['boundary', { ...place, streamId: `${place.streamId}d`, destinationId: '1' }],
  ])('does not open for another %s', (_, other) => {
    const sealed = sealDestinationKey(key, place);
    expect(() => openDestinationKey(sealed, other)).toThrow(
      expect.objectContaining({ code: 'DESTINATION_KEY_UNREADABLE' }),
    );
  });

  test('does not open when any byte of it was changed', () => {
    const sealed = Buffer.from(sealDestinationKey(key, place).slice(3), 'base64url');
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => openDestinationKey(`v1.${changed.toString('base64url')}`, place)).toThrow(
        expect.objectContaining({ code: 'DESTINATION_KEY_UNREADABLE' }),
      );
    }
  });

  test.each(['', 'v1', 'v1.', 'v1.AAAA', 'v2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'live_1234'])(
    'refuses %p, which is no sealed key',
    (text) => {
      expect(() => openDestinationKey(text, place)).toThrow(
        expect.objectContaining({ code: 'DESTINATION_KEY_UNREADABLE' }),
      );
    },
  );
});
