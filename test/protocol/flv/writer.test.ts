import { describe, expect, test } from '@jest/globals';
import { writeFlvHeader, writeFlvTag } from '../../../lib/protocol/flv/writer.ts';

describe('FLV writer', () => {
  test.each([
    [{ audio: true, video: true }, '464c5601050000000900000000'],
    [{ audio: false, video: true }, '464c5601010000000900000000'],
    [{ audio: true, video: false }, '464c5601040000000900000000'],
  ])('writes the header of %j', (tracks, hex) => {
    expect(writeFlvHeader(tracks).toString('hex')).toBe(hex);
  });

  test('puts the upper byte of a timestamp into the extension', () => {
    const [header, , trailer] = writeFlvTag({
      type: 'video',
      timestampMs: 0x8123_4567,
      payload: Buffer.from([0x17, 2]),
    });
    expect(header.toString('hex')).toBe('0900000223456781000000');
    expect(trailer.toString('hex')).toBe('0000000d');
  });

  test('wraps timestamps at 2^32', () => {
    const [header] = writeFlvTag({ type: 'audio', timestampMs: 2 ** 32 + 5, payload: Buffer.alloc(0) });
    expect(header.toString('hex')).toBe('0800000000000500000000');
  });

  test('hands the payload on without copying it', () => {
    const payload = Buffer.from([1, 2, 3]);
    expect(writeFlvTag({ type: 'script', timestampMs: 0, payload })[1]).toBe(payload);
  });

  test('refuses what does not fit the 24-bit length', () => {
    const payload = Buffer.allocUnsafe(2 ** 24);
    expect(() => writeFlvTag({ type: 'video', timestampMs: 0, payload })).toThrow(
      expect.objectContaining({ code: 'FLV_TAG_TOO_LARGE' }),
    );
  });
});
