import { EventEmitter, once } from 'node:events';
import { expect, test } from '@jest/globals';
import { poll } from '../../lib/retry/poll.ts';

/** Polls through these answers, `undefined` being a failure; returns what is told meanwhile, in order. */
async function told(answers: readonly (number | undefined)[]): Promise<readonly string[]> {
  const events: string[] = [];
  const turns = new EventEmitter();
  let looks = 0;
  const end = poll({
    look: async (afterFailure) => {
      events.push(`look${afterFailure ? ' again' : ''}`);
      const answer = answers[looks++];
      if (looks > answers.length) turns.emit('done');
      if (answer === undefined) throw new Error('away');
      return answer;
    },
    found: (value) => events.push(`found ${value}`),
    failed: () => events.push('failed'),
    everyMs: () => 1,
  });
  const done = once(turns, 'done');
  await done;
  end();
  return events.slice(0, -1);
}

test('tells what it finds, and of several failures in a row the first', async () => {
  expect(await told([1, undefined, undefined, 2, undefined])).toEqual([
    ...['look', 'found 1', 'look', 'failed', 'look again', 'look again', 'found 2'],
    ...['look', 'failed'],
  ]);
});

test('tells nothing of a look that is under way when it is ended', async () => {
  const { promise: began, resolve: begin } = Promise.withResolvers<void>();
  const { promise: answer, resolve: give } = Promise.withResolvers<number>();
  const found: number[] = [];
  const end = poll({
    look: () => {
      begin();
      return answer;
    },
    found: (value) => found.push(value),
    failed: () => {},
    everyMs: () => 1,
  });
  await began;
  end();
  give(1);
  await new Promise((done) => setImmediate(done));
  expect(found).toEqual([]);
});
