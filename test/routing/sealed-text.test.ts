import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { openText, sealText } from '../../lib/routing/sealed-text.ts';

const key = randomBytes(32);
const text = 'live_1234_äöü';

describe('a sealed text', () => {
  test('opens to what was sealed, shows nothing of it, and is another each time', () => {
    const sealed = sealText(text, key);
    expect(openText(sealed, key)).toBe(text);
    expect(sealed).toMatch(/^v1\.[\w-]+$/);
    expect(Buffer.from(sealed.slice(3), 'base64url').includes('live_1234')).toBe(false);
    expect(sealText(text, key)).not.toBe(sealed);
    expect(openText(sealText('', key), key)).toBe('');
  });

  test.each([
    ['under another key', () => openText(sealText(text, key), randomBytes(32))],
    ['altered', () => openText(sealText(text, key).replace(/.{4}$/, 'AAAA'), key)],
    ['of another form', () => openText(sealText(text, key).replace('v1', 'v2'), key)],
    ['cut off', () => openText(sealText(text, key).slice(0, 20), key)],
  ])('does not open %s', (_, open) => {
    expect(open).toThrow(expect.objectContaining({ code: 'SEAL_BROKEN' }));
  });
});
