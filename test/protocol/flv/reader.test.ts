import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FlvReader } from '../../../lib/protocol/flv/reader.ts';
import type { FlvTag } from '../../../lib/protocol/flv/tag.ts';
import { writeFlvHeader, writeFlvTag } from '../../../lib/protocol/flv/writer.ts';

const tags: FlvTag[] = [
  { type: 'script', timestampMs: 0, payload: Buffer.from('02000a6f6e4d65746144617461', 'hex') },
  { type: 'video', timestampMs: 0xff_ffff, payload: Buffer.from('17010000000000000165', 'hex') },
  { type: 'audio', timestampMs: 0x0100_0000, payload: Buffer.alloc(0) },
  { type: 'audio', timestampMs: 0xffff_ffff, payload: Buffer.alloc(300, 0xaf) },
];

function fileOf(content: readonly FlvTag[]): Buffer {
  return Buffer.concat([writeFlvHeader({ audio: true, video: true }), ...content.flatMap(writeFlvTag)]);
}

const anyTag: fc.Arbitrary<FlvTag> = fc.record({
  type: fc.constantFrom('audio' as const, 'video' as const, 'script' as const),
  timestampMs: fc.nat(0xffff_ffff),
  payload: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
});

describe('FlvReader', () => {
  test('gives the same tags wherever the input is cut in two', () => {
    const file = fileOf(tags);
    for (let cut = 0; cut <= file.length; cut++) {
      const reader = new FlvReader();
      expect([...reader.push(file.subarray(0, cut)), ...reader.push(file.subarray(cut))]).toEqual(tags);
      expect(reader.atBoundary).toBe(true);
    }
  });

  test('gives the same tags byte by byte', () => {
    const reader = new FlvReader();
    const read = [...fileOf(tags)].flatMap((byte) => reader.push(Buffer.from([byte])));
    expect(read).toEqual(tags);
  });

  test('reads back any tags cut into any pieces', () => {
    fc.assert(
      fc.property(
        fc.array(anyTag, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 })),
        (some, sizes) => {
          const file = fileOf(some);
          const reader = new FlvReader();
          const read: FlvTag[] = [];
          let at = 0;
          for (const size of [...sizes, file.length]) {
            read.push(...reader.push(file.subarray(at, at + size)));
            at += size;
          }
          expect(read).toEqual(some);
        },
      ),
    );
  });

  test('does not copy a payload that lies within one push', () => {
    const file = fileOf(tags);
    expect(new FlvReader().push(file)[1]?.payload.buffer).toBe(file.buffer);
  });

  test('knows when an end of input would cut a tag off', () => {
    const reader = new FlvReader();
    expect(reader.atBoundary).toBe(false);
    reader.push(fileOf(tags).subarray(0, -1));
    expect(reader.atBoundary).toBe(false);
  });

  test('passes over a longer file header', () => {
    const file = Buffer.concat([
      Buffer.from('464c560105', 'hex'),
      Buffer.from([0, 0, 0, 12, 1, 2, 3, 0, 0, 0, 0]),
      ...writeFlvTag(tags[1]!),
    ]);
    expect(new FlvReader().push(file)).toEqual([tags[1]]);
  });

  test.each([
    ['another format', Buffer.from('0000001c667479706973', 'hex'), 'FLV_BAD_HEADER'],
    ['a header that is endless', Buffer.from('464c5601057fffffff', 'hex'), 'FLV_BAD_HEADER'],
    ['an unknown tag type', fileOf([]).toString('hex') + '0a'.repeat(11), 'FLV_BAD_TAG'],
    ['an encrypted tag', fileOf([]).toString('hex') + '29'.repeat(11), 'FLV_BAD_TAG'],
    ['a tag over the limit', `${fileOf([]).toString('hex')}09000065${'00'.repeat(7)}`, 'FLV_TAG_TOO_LARGE'],
    [
      'a wrong size after a tag',
      `${fileOf([]).toString('hex')}09000001${'00'.repeat(7)}17ffffffff`,
      'FLV_OUT_OF_STEP',
    ],
  ])('refuses %s', (_, input, code) => {
    const bytes = typeof input === 'string' ? Buffer.from(input, 'hex') : input;
    expect(() => new FlvReader({ maxTagBytes: 100 }).push(bytes)).toThrow(expect.objectContaining({ code }));
  });
});
