import { expect, test } from '@jest/globals';
import { ReplayProgress, replayOf } from '../../../lib/encoder/policy/replay.ts';

test('a proxy that replays to the same worker had only lost its link', () => {
  expect(replayOf(undefined, 4_000)).toEqual({ cause: 'link-broken', lostMs: undefined });
});

test('the media between the end of another worker’s part and the replay is lost', () => {
  expect(replayOf({ startMs: 4_000, handedOver: false }, 5_500)).toEqual({
    cause: 'worker-gone',
    lostMs: 1_500,
  });
  expect(replayOf({ startMs: 4_000, handedOver: true }, 3_000)).toEqual({ cause: 'handed-over', lostMs: 0 });
  expect(replayOf({ startMs: 4_000, handedOver: true }, undefined).lostMs).toBeUndefined();
});

test('an absence ends in a replay only before the first media that follows', () => {
  const replayProgress = new ReplayProgress();
  const replay = { cause: 'worker-gone', lostMs: 0 } as const;
  replayProgress.taken(replay, 100);
  expect(replayProgress.returned()).toEqual({ replay });
  replayProgress.mediaArrived();
  expect(replayProgress.returned()).toEqual({});
});

test('a gap that no worker filled is reported once', () => {
  const replayProgress = new ReplayProgress();
  replayProgress.taken(undefined, 100);
  replayProgress.gap(7_000);
  expect(replayProgress.returned()).toEqual({ gapMs: 7_000 });
  expect(replayProgress.returned()).toEqual({});
});

test('media may have been held by the proxy for up to five seconds after its replay began', () => {
  const replayProgress = new ReplayProgress();
  expect(replayProgress.isReplaying(0)).toBe(false);
  replayProgress.taken({ cause: 'worker-gone', lostMs: 0 }, 100);
  replayProgress.replayed(2_000);
  replayProgress.replayed(100);
  expect(replayProgress.isReplaying(5_100)).toBe(true);
  expect(replayProgress.isReplaying(5_101)).toBe(false);
  expect(replayProgress.replayedMs).toBe(2_100);
  replayProgress.taken(undefined, 6_000);
  expect(replayProgress.isReplaying(6_000)).toBe(false);
  expect(replayProgress.replayedMs).toBe(0);
});
