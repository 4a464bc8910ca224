import { describe, expect, test } from '@jest/globals';
import { judgeClaim, type SeatClaim } from '../../../../lib/encoder/publisher/policy/seat-claim.ts';

/** A newcomer came at 10 s; the old session has sent media without a break up to then. */
const alive: SeatClaim = {
  nowMs: 10_000,
  arrivedAtMs: 10_000,
  lastMediaAtMs: 9990,
  silentForMs: 10,
  paused: false,
};

describe('A newcomer with the right key', () => {
  test('waits, and is refused once the old session keeps sending', () => {
    expect(judgeClaim(alive)).toBe('wait');
    expect(judgeClaim({ ...alive, nowMs: 10_600, lastMediaAtMs: 10_590 })).toBe('refuse');
  });

  test('is not refused because of media that was in flight when it arrived', () => {
    expect(judgeClaim({ ...alive, nowMs: 10_450, lastMediaAtMs: 10_400, silentForMs: 50 })).toBe('wait');
    expect(judgeClaim({ ...alive, nowMs: 11_900, lastMediaAtMs: 10_400, silentForMs: 1500 })).toBe('take');
  });

  test('takes over at once if the old session has been silent for 1.5 s or longer', () => {
    expect(judgeClaim({ ...alive, lastMediaAtMs: 8500, silentForMs: 1500 })).toBe('take');
    expect(judgeClaim({ ...alive, lastMediaAtMs: -10_000, silentForMs: 20_000 })).toBe('take');
  });

  test('waits at most for the rest of that if it arrives sooner, so never longer than a second from 0.5 s of silence on', () => {
    const soon = { ...alive, lastMediaAtMs: 9500 };
    expect(judgeClaim({ ...soon, silentForMs: 500 })).toBe('wait');
    expect(judgeClaim({ ...soon, nowMs: 10_990, silentForMs: 1490 })).toBe('wait');
    expect(judgeClaim({ ...soon, nowMs: 11_000, silentForMs: 1500 })).toBe('take');
  });

  test('takes over from a session whose delayed media arrives after a silence, until it has sent for 3 s', () => {
    const back = { ...alive, silenceEndedAtMs: 9900 };
    expect(judgeClaim(back)).toBe('take');
    expect(judgeClaim({ ...back, nowMs: 12_800, lastMediaAtMs: 12_790 })).toBe('take');
    expect(judgeClaim({ ...back, nowMs: 12_900, lastMediaAtMs: 12_890 })).toBe('refuse');
  });

  test('waits while we have paused reading from the old session, however long nothing arrived', () => {
    expect(judgeClaim({ ...alive, lastMediaAtMs: 0, silentForMs: 10_000, paused: true })).toBe('wait');
  });
});
