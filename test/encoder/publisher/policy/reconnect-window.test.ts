import { describe, expect, test } from '@jest/globals';
import { isWindowOver } from '../../../../lib/encoder/publisher/policy/reconnect-window.ts';

describe('The reconnect window', () => {
  test.each([1000, 60_000, 1_800_000])('of %d ms ends after that time, not before', (windowMs) => {
    expect(isWindowOver({ awayMs: windowMs - 1, windowMs, started: true })).toBe(false);
    expect(isWindowOver({ awayMs: windowMs, windowMs, started: true })).toBe(true);
  });

  test('of 0 ends a broadcast as soon as its publisher is lost', () => {
    expect(isWindowOver({ awayMs: 0, windowMs: 0, started: true })).toBe(true);
  });

  test('does not run while the publisher sends', () => {
    expect(isWindowOver({ awayMs: undefined, windowMs: 0, started: true })).toBe(false);
  });

  test('gives a broadcast without a segment at least ten seconds for its first media', () => {
    expect(isWindowOver({ awayMs: 9999, windowMs: 0, started: false })).toBe(false);
    expect(isWindowOver({ awayMs: 10_000, windowMs: 0, started: false })).toBe(true);
    expect(isWindowOver({ awayMs: 59_999, windowMs: 60_000, started: false })).toBe(false);
  });
});
