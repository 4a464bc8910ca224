import { expect, test } from '@jest/globals';
import { Comeback, replayOf } from '../../../lib/encoder/policy/comeback.ts';

test('a proxy that sends again to the worker that had it all the time had lost only its link', () => {
  expect(replayOf(undefined, 4_000)).toEqual({ cause: 'link-broken', lostMs: undefined });
});

test('of what another worker left, the media between its end and the replay is lost', () => {
  expect(replayOf({ startMs: 4_000, handedOver: false }, 5_500)).toEqual({
    cause: 'worker-gone',
    lostMs: 1_500,
  });
  expect(replayOf({ startMs: 4_000, handedOver: true }, 3_000)).toEqual({ cause: 'handed-over', lostMs: 0 });
  expect(replayOf({ startMs: 4_000, handedOver: true }, undefined).lostMs).toBeUndefined();
});

test('an absence ends in a replay only before the first media that follows', () => {
  const comeback = new Comeback();
  const replay = { cause: 'worker-gone', lostMs: 0 } as const;
  comeback.taken(replay, 100);
  expect(comeback.back()).toEqual({ replay });
  comeback.mediaCame();
  expect(comeback.back()).toEqual({});
});

test('a gap that no worker filled is told once', () => {
  const comeback = new Comeback();
  comeback.taken(undefined, 100);
  comeback.gap(7_000);
  expect(comeback.back()).toEqual({ gapMs: 7_000 });
  expect(comeback.back()).toEqual({});
});

test('media may have lain with the proxy for five seconds after it began to send again', () => {
  const comeback = new Comeback();
  expect(comeback.isReplaying(0)).toBe(false);
  comeback.taken({ cause: 'worker-gone', lostMs: 0 }, 100);
  comeback.replayed(2_000);
  comeback.replayed(100);
  expect(comeback.isReplaying(5_100)).toBe(true);
  expect(comeback.isReplaying(5_101)).toBe(false);
  expect(comeback.replayedMs).toBe(2_100);
  comeback.taken(undefined, 6_000);
  expect(comeback.isReplaying(6_000)).toBe(false);
  expect(comeback.replayedMs).toBe(0);
});
