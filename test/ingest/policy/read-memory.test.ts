import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { blockBytes, ReadCursor, ReadMemory } from '../../../lib/ingest/policy/read-memory.ts';

describe('the memory that a publisher is read into', () => {
  test('keeps reads contiguous, wherever they were read, and never overwrites what is kept', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 40_000 }), elsewhere: fc.boolean() }), {
          maxLength: 40,
        }),
        (reads) => {
          const cursor = new ReadCursor(new ReadMemory());
          const kept: Buffer[] = [];
          const sent: Buffer[] = [];
          for (const [index, { bytes, elsewhere }] of reads.entries()) {
            const target = cursor.target();
            const length = elsewhere ? bytes : Math.min(bytes, target.length);
            const memory = elsewhere ? Buffer.alloc(length) : target;
            const read = Buffer.from(memory.buffer, memory.byteOffset, length);
            read.fill(index + 1);
            sent.push(Buffer.from(read));
            if (cursor.took(read)) kept.push(read);
            else cursor.copy(read, (piece) => kept.push(piece));
          }
          expect(Buffer.concat(kept).equals(Buffer.concat(sent))).toBe(true);
          expect(kept.every(({ buffer }) => buffer.byteLength === blockBytes)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('is reused, and spare blocks are limited', () => {
    const memory = new ReadMemory();
    const block = memory.take();
    memory.release(block);
    expect(memory.take()).toBe(block);
    for (let count = 0; count < 1_000; count++) memory.release(block);
    expect(memory.spareBlocks).toBeLessThanOrEqual(256);
  });
});
