import { expect, test } from '@jest/globals';
import { LeaveWatch } from '../../../lib/ingest/policy/leave-watch.ts';

test('a draining worker is left after the first key frame once another one is ready', () => {
  const watch = new LeaveWatch(4_000, 100);
  expect(watch.isDue(4_000, 1_900)).toBe(false);
  expect(watch.isDue(6_000, 1_950)).toBe(false);
  // Its sound has come by now, and perhaps another key frame.
  expect(watch.isDue(7_000, 2_100)).toBe(true);
});

test('key frames that are too far apart are not waited for', () => {
  const watch = new LeaveWatch(4_000, 100);
  expect(watch.isDue(4_000, 3_099)).toBe(false);
  expect(watch.isDue(4_000, 3_100)).toBe(true);
});
