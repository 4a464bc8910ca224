import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SegmentFacts } from '../../../../lib/encoder/publication/policy/segment-facts.ts';
import { SegmentTable } from '../../../../lib/encoder/publication/policy/segment-table.ts';

const facts = fc.record({
  startTicks: fc.integer({ min: 0, max: 90_000 * 86_400 * 30 }),
  durationTicks: fc.integer({ min: 1, max: 90_000 * 10 }),
  bytes: fc.integer({ min: 0, max: 32 * 1024 * 1024 }),
});
const number = fc.integer({ min: 0, max: 2000 });

test('A table of segments is a map from numbers, in ascending order', () => {
  const set = fc.tuple(fc.constant('set' as const), number, facts);
  const forget = fc.tuple(fc.constant('delete' as const), number, facts);
  fc.assert(
    fc.property(fc.array(fc.oneof(set, forget), { maxLength: 60 }), (steps) => {
      const table = new SegmentTable();
      const map = new Map<number, SegmentFacts>();
      for (const [what, at, value] of steps) {
        table[what](at, value);
        if (what === 'set') map.set(at, value);
        else map.delete(at);
      }
      expect([...table.numbers()]).toEqual([...map.keys()].sort((a, b) => a - b));
      expect(table.size).toBe(map.size);
      expect(table.lastNumber).toBe(Math.max(-1, ...map.keys()));
      for (const [at, value] of map) expect(table.get(at)).toEqual(value);
      expect(table.has(2001)).toBe(false);
      expect(table.get(2001)).toBeUndefined();
    }),
  );
});

test('A day of segments takes less than a megabyte', () => {
  const table = new SegmentTable();
  for (let at = 0; at < 43_200; at++)
    table.set(at, { startTicks: at * 180_000, durationTicks: 180_000, bytes: 500_000 });
  expect(table.allocatedBytes).toBeLessThan(1e6);
});
