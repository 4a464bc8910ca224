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
  test('waits, and is refused once the old session sends on', () => {
    expect(judgeClaim(alive)).toBe('wait');
    expect(judgeClaim({ ...alive, nowMs: 10_600, lastMediaAtMs: 10_590 })).toBe('refuse');
  });

  test('is not refused for what was under way when it came', () => {
    expect(judgeClaim({ ...alive, nowMs: 10_450, lastMediaAtMs: 10_400, silentForMs: 50 })).toBe('wait');
    expect(judgeClaim({ ...alive, nowMs: 11_900, lastMediaAtMs: 10_400, silentForMs: 1500 })).toBe('take');
  });

  test('takes over at once where the old session has been silent for 1.5 s or longer', () => {
    expect(judgeClaim({ ...alive, lastMediaAtMs: 8500, silentForMs: 1500 })).toBe('take');
    expect(judgeClaim({ ...alive, lastMediaAtMs: -10_000, silentForMs: 20_000 })).toBe('take');
  });

  test('waits for at most the rest of that where it came sooner, so never longer than a second from 0.5 s of silence on', () => {
    const soon = { ...alive, lastMediaAtMs: 9500 };
    expect(judgeClaim({ ...soon, silentForMs: 500 })).toBe('wait');
    expect(judgeClaim({ ...soon, nowMs: 10_990, silentForMs: 1490 })).toBe('wait');
    expect(judgeClaim({ ...soon, nowMs: 11_000, silentForMs: 1500 })).toBe('take');
  });

  test('takes over from one whose held-up media comes after a silence, until that one has gone on for 3 s', () => {
    const back = { ...alive, silenceEndedAtMs: 9900 };
    expect(judgeClaim(back)).toBe('take');
    expect(judgeClaim({ ...back, nowMs: 12_800, lastMediaAtMs: 12_790 })).toBe('take');
    expect(judgeClaim({ ...back, nowMs: 12_900, lastMediaAtMs: 12_890 })).toBe('refuse');
  });

  test('waits while we do not read from the old session, however long nothing came', () => {
    expect(judgeClaim({ ...alive, lastMediaAtMs: 0, silentForMs: 10_000, paused: true })).toBe('wait');
  });
});
