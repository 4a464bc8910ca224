import { describe, expect, test } from '@jest/globals';
import { countMissing } from '../../../bench/relay/relay-round.ts';

const arrival = { publisher: 0, firstSequence: 0, lastSequence: 9, messages: 10 };

describe('what is missing at the sink', () => {
  test('is nothing where each publisher’s messages all came', () => {
    expect(countMissing([10, 10], [arrival, { ...arrival, publisher: 1 }])).toEqual({ lost: 0, late: 0 });
  });

  test('counts gaps and missing ends as lost', () => {
    expect(countMissing([12], [{ ...arrival, messages: 7 }])).toEqual({ lost: 5, late: 0 });
  });

  test('counts what was sent before the first message that came apart', () => {
    expect(countMissing([10], [{ ...arrival, firstSequence: 4, messages: 6 }])).toEqual({ lost: 0, late: 4 });
  });

  test('takes a publisher of which nothing came as lost whole', () => {
    expect(countMissing([3, 5], [{ ...arrival, messages: 3 }])).toEqual({ lost: 5, late: 0 });
  });
});
