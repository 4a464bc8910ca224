import { describe, expect, test } from '@jest/globals';
import { routeRefusal, type WorkerAnswer } from '../../../lib/ingest/policy/worker-answers.ts';
import type { MemberId } from '../../../lib/routing/ids.ts';

const answers = (...list: WorkerAnswer[]) =>
  routeRefusal(new Map(list.map((answer, index) => [`encoder-${index + 1}` as MemberId, answer])));
const full = { reason: 'full', words: 'This encoder is full.' } as const;

describe('what a publisher is refused with when no worker takes it', () => {
  test('is the reason that all workers gave', () => {
    expect(answers(full, full)).toEqual({
      reason: 'full',
      detail: 'encoder-1: This encoder is full; encoder-2: This encoder is full',
    });
  });

  test.each([
    [[full, { reason: 'draining', words: 'stops' }], 'encoder-1: This encoder is full; encoder-2: stops'],
    [
      [full, { words: 'no answer in 4000 ms' }],
      'encoder-1: This encoder is full; encoder-2: no answer in 4000 ms',
    ],
    [[{ words: 'ECONNREFUSED' }], 'encoder-1: ECONNREFUSED'],
    [[], 'no encoder is running'],
  ] as const)('is that none can take it, where they gave several reasons or none: %j', (list, detail) => {
    expect(answers(...list)).toEqual({ reason: 'unavailable', detail });
  });

  test('names five workers at most', () => {
    const { detail } = answers(...Array.from({ length: 40 }, () => ({ ...full, words: 'full' })));
    expect(detail).toBe(
      'encoder-1: full; encoder-2: full; encoder-3: full; encoder-4: full; encoder-5: full; 35 more',
    );
  });
});
