import { expect, test } from '@jest/globals';
import { newBroadcastId } from '../../lib/routing/ids.ts';

test('broadcast ids sort by the time they began', () => {
  const times = [0, 1, 31, 32, 1_790_000_000_000, 1_790_000_000_001];
  const ids = times.map((atMs) => newBroadcastId(atMs));
  expect([...ids].sort()).toEqual(ids);
});

test('a broadcast sorts after the one before it, though that was begun by a clock an hour ahead', () => {
  const nowMs = 1_790_000_000_000;
  let last = newBroadcastId(nowMs + 3_600_000);
  for (let n = 0; n < 40; n++) {
    const next = newBroadcastId(nowMs + n, last);
    expect(next > last).toBe(true);
    expect(next).toHaveLength(last.length);
    last = next;
  }
  expect(newBroadcastId(nowMs + 2 * 3_600_000, last) > last).toBe(true);
});
