import { describe, expect, test } from '@jest/globals';
import { minReadBytesPerSecond, SendPace } from '../../../../lib/edge/policy/limits/send-pace.ts';

/** Looks once a second at a client that takes this many bytes in it. Returns the second in which it was too slow, if any. */
function watch(pace: SendPace, seconds: number, takesBytes: (second: number) => number, waits = true) {
  let taken = 0;
  for (let second = 0; second <= seconds; second++) {
    if (waits ? pace.look(taken, second * 1000) : pace.pause()) return second;
    taken += takesBytes(second);
  }
  return undefined;
}

describe('the pace at which a client reads', () => {
  test.each([
    ['nothing', 0],
    ['a byte a second', 1],
    ['a little less than the minimum', minReadBytesPerSecond - 1],
  ])('%s is too slow after ten seconds, and a stall after one', (_what, bytes) => {
    const pace = new SendPace(10_000);
    expect(watch(pace, 60, () => bytes)).toBe(10);
    expect(pace.stalledSinceMs).toBe(0);
  });

  test('the minimum is enough, for as long as it goes on', () => {
    const pace = new SendPace(10_000);
    expect(watch(pace, 600, () => minReadBytesPerSecond)).toBeUndefined();
    expect(pace.stalledSinceMs).toBeUndefined();
  });

  test('a burst pays for the seconds after it, but a stall is a stall at once', () => {
    const pace = new SendPace(10_000);
    const burst = 9 * minReadBytesPerSecond;
    expect(watch(pace, 10, (second) => (second === 0 ? burst : 0))).toBe(10);
    const enough = new SendPace(10_000);
    expect(watch(enough, 10, (second) => (second === 0 ? 2 * burst : 0))).toBeUndefined();
    expect(enough.stalledSinceMs).toBe(1000);
  });

  test('a client that reads again has not stopped', () => {
    const pace = new SendPace(10_000);
    pace.look(0, 0);
    pace.look(0, 1000);
    expect(pace.stalledSinceMs).toBe(0);
    pace.look(100_000, 2000);
    expect(pace.stalledSinceMs).toBeUndefined();
  });

  test('time without anything to send does not count', () => {
    const pace = new SendPace(10_000);
    expect(watch(pace, 60, () => 0, false)).toBeUndefined();
    pace.look(0, 61_000);
    expect(pace.look(0, 70_999)).toBe(false);
    expect(pace.look(0, 71_000)).toBe(true);
  });
});
