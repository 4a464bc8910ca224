import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ThroughMarks } from '../../../../lib/encoder/publisher/policy/published-through.ts';

describe('The published marks', () => {
  test('never claim more than what lies before the published point', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 100 }), fc.nat(20_000), (gaps, until) => {
        const marks = new ThroughMarks();
        let at = 0;
        for (const gap of gaps) {
          at += gap;
          marks.add(at, at + 5000);
        }
        const through = marks.publishedThrough(until);
        if (through !== undefined) expect(through - 5000).toBeLessThanOrEqual(until);
      }),
    );
  });
});
