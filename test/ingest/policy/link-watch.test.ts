import { describe, expect, test } from '@jest/globals';
import { LinkWatch } from '../../../lib/ingest/policy/link-watch.ts';
import { Gathered } from '../../../lib/ingest/policy/write-batch.ts';

const limits = { stallMs: 5_000, silentMs: 6_000, doubtMs: 750 };

describe('the watch over a link', () => {
  test('considers a worker stalled when its backlog has not shrunk for the limit', () => {
    const watch = new LinkWatch(limits, 0);
    expect(watch.isStalled(100, 60_000)).toBe(false);
    watch.behind(100, 60_000);
    watch.behind(100, 64_000);
    expect(watch.isStalled(100, 65_000)).toBe(false);
    expect(watch.isStalled(100, 65_001)).toBe(true);
  });

  test('lets a slow worker continue while it reads something', () => {
    const watch = new LinkWatch(limits, 0);
    watch.behind(100, 0);
    for (let seconds = 4; seconds < 40; seconds += 4) {
      expect(watch.isStalled(100 - seconds, seconds * 1_000)).toBe(false);
    }
    watch.caughtUp();
    expect(watch.isStalled(10, 90_000)).toBe(false);
  });

  test('considers a worker silent only when its heartbeats have stopped, too', () => {
    const watch = new LinkWatch(limits, 0);
    expect(watch.isSilent(false, 6_000)).toBe(false);
    expect(watch.isSilent(true, 60_000)).toBe(false);
    expect(watch.isSilent(false, 6_001)).toBe(true);
    watch.received(6_001);
    expect(watch.isSilent(false, 7_000)).toBe(false);
  });

  test('doubts a worker that sends no word of renewals any more, and one that never did later', () => {
    const watch = new LinkWatch(limits, 0);
    expect(watch.isDoubtful(3_000)).toBe(false);
    expect(watch.isDoubtful(3_001)).toBe(true);
    watch.received(3_001);
    watch.receivedRenewal();
    expect(watch.isDoubtful(3_751)).toBe(false);
    expect(watch.isDoubtful(3_752)).toBe(true);
  });
});

test('pieces adjacent in memory are merged, others are not', () => {
  const memory = Buffer.from('abcdefgh');
  const gathered = new Gathered();
  for (const [from, to] of [
    [0, 2],
    [2, 3],
    [4, 6],
  ] as const)
    gathered.add(memory.subarray(from, to));
  gathered.add(Buffer.from(new Uint8Array([120]).buffer));
  expect(gathered.empty).toBe(false);
  expect(gathered.take().map(String)).toEqual(['abc', 'ef', 'x']);
  expect(gathered.empty).toBe(true);
});
