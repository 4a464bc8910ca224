import { describe, expect, test } from '@jest/globals';
import { countMissing } from '../../../bench/relay/relay-round.ts';

const arrival = { publisher: 0, firstSequence: 0, lastSequence: 9, messages: 10 };

describe('the loss counted at the sink', () => {
  test('is zero if all messages of each publisher arrived', () => {
    expect(countMissing([10, 10], [arrival, { ...arrival, publisher: 1 }])).toEqual({ lost: 0, late: 0 });
  });

  test('counts gaps and missing ends as lost', () => {
    expect(countMissing([12], [{ ...arrival, messages: 7 }])).toEqual({ lost: 5, late: 0 });
  });

  test('counts messages sent before the first arrival separately', () => {
    expect(countMissing([10], [{ ...arrival, firstSequence: 4, messages: 6 }])).toEqual({ lost: 0, late: 4 });
  });

  test('counts a publisher of which nothing arrived as entirely lost', () => {
    expect(countMissing([3, 5], [{ ...arrival, messages: 3 }])).toEqual({ lost: 5, late: 0 });
  });
});
