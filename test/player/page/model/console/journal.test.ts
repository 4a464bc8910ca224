import { describe, expect, test } from '@jest/globals';
import type { StreamEvent } from '../../../../../lib/player/page/api/types.ts';
import { lastRefusal, windowEndsMs } from '../../../../../lib/player/page/model/console/journal.ts';

const nowMs = Date.parse('2026-11-22T18:00:00.000Z');
let sequence = 0;
const event = (type: string, agoMs: number): StreamEvent => ({
  sequence: ++sequence,
  at: new Date(nowMs - agoMs).toISOString(),
  type,
  text: type,
  data: {},
});

describe('the last refused publish', () => {
  test('is shown until an encoder gets through', () => {
    const refused = event('publish.refused', 5_000);
    expect(lastRefusal([event('key.rotated', 1_000), refused], nowMs)).toBe(refused);
    expect(lastRefusal([event('stream.live', 1_000), refused], nowMs)).toBeUndefined();
    expect(lastRefusal([event('stream.resumed', 1_000), refused], nowMs)).toBeUndefined();
  });

  test('is old news after ten minutes', () => {
    expect(lastRefusal([event('publish.refused', 11 * 60_000)], nowMs)).toBeUndefined();
  });
});

describe('the reconnect window', () => {
  test('runs from the event, also if the page is opened later', () => {
    const events = [event('publish.refused', 10_000), event('stream.reconnecting', 20_000)];
    expect(windowEndsMs(events, { atMs: nowMs, isWitnessed: false }, 60_000)).toBe(nowMs + 40_000);
    expect(windowEndsMs(events, { atMs: nowMs - 19_000, isWitnessed: true }, 60_000)).toBe(nowMs + 40_000);
  });

  test('runs from what the page saw if the clocks differ, or a dead worker wrote nothing', () => {
    const seen = { atMs: nowMs, isWitnessed: true };
    expect(windowEndsMs([event('stream.reconnecting', 300_000)], seen, 60_000)).toBe(nowMs + 60_000);
    const before = [event('stream.live', 5_000), event('stream.reconnecting', 90_000)];
    expect(windowEndsMs(before, seen, 60_000)).toBe(nowMs + 60_000);
    expect(windowEndsMs([], seen, 60_000)).toBe(nowMs + 60_000);
  });
});
