import { expect, test } from '@jest/globals';
import { StreamQueues } from '../../../../lib/control/webhooks/policy/stream-queues.ts';

const item = (streamId: string, number: number, bytes = 10) => ({ streamId, number, bytes });
const queues = () => new StreamQueues<ReturnType<typeof item>>({ items: 4, bytes: 100 });

test('of each stream one is under way at a time, in order, and streams take turns', () => {
  const waiting = queues();
  for (const one of [item('a', 1), item('a', 2), item('b', 3)]) waiting.add(one);
  const first = waiting.take(0)!;
  expect(first.number).toBe(1);
  expect(waiting.take(0)).toMatchObject({ number: 3 });
  expect(waiting.take(0)).toBeUndefined();
  waiting.done(first);
  expect(waiting.take(0)).toMatchObject({ number: 2 });
});

test('what failed stays the first of its stream and waits, while others go on', () => {
  const waiting = queues();
  for (const one of [item('a', 1), item('a', 2), item('b', 3)]) waiting.add(one);
  waiting.again(waiting.take(0)!, 500);
  expect(waiting.take(0)).toMatchObject({ number: 3 });
  expect(waiting.take(499)).toBeUndefined();
  expect(waiting.nextDueMs).toBe(500);
  expect(waiting.take(500)).toMatchObject({ number: 1 });
  expect(waiting.nextDueMs).toBeUndefined();
});

test('there is room for so many items and bytes, those under way too', () => {
  const waiting = queues();
  expect(waiting.add(item('a', 1, 60))).toBe(true);
  const taken = waiting.take(0)!;
  expect(waiting.add(item('b', 2, 60))).toBe(false);
  for (const number of [3, 4, 5]) expect(waiting.add(item('b', number))).toBe(true);
  expect(waiting.add(item('c', 6))).toBe(false);
  waiting.done(taken);
  expect(waiting.add(item('c', 6))).toBe(true);
  expect(waiting.size).toBe(4);
  expect(waiting.clear().map(({ number }) => number)).toEqual([3, 4, 5, 6]);
  expect(waiting.size).toBe(0);
  expect(waiting.add(item('d', 7, 100))).toBe(true);
});
