import { expect, test } from '@jest/globals';
import { RoomWatch } from '../../../lib/origin/policy/room-watch.ts';

test('a full disk is news once, until a write as large as the smallest refused one is taken', () => {
  const room = new RoomWatch();
  expect(room.took(10, 0)).toBeUndefined();
  expect(room.refused(5_000, 100)).toBe(true);
  expect(room.refused(3_000, 200)).toBe(false);
  expect(room.refused(9_000, 300)).toBe(false);
  expect(room.took(2_999, 400)).toBeUndefined();
  expect(room.took(3_000, 1_100)).toEqual({ refused: 3, forMs: 1_000 });
  expect(room.took(3_000, 1_200)).toBeUndefined();
});

test('the next episode is news again, and measured by its own writes', () => {
  const room = new RoomWatch();
  room.refused(10, 0);
  room.took(10, 1);
  expect(room.refused(500, 2)).toBe(true);
  expect(room.took(499, 3)).toBeUndefined();
  expect(room.took(500, 4)).toEqual({ refused: 1, forMs: 2 });
});
