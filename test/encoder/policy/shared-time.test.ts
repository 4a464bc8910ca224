import { expect, test } from '@jest/globals';
import { SharedTime } from '../../../lib/encoder/policy/shared-time.ts';

const noon = Date.parse('2026-11-22T12:00:00Z');
const hourMs = 3_600_000;

function host(offMs: number) {
  const clock = { realMs: noon, offMs };
  const time = new SharedTime(() => clock.realMs + clock.offMs);
  const hear = (tookMs = 20) => time.heard({ dateMs: Math.floor(clock.realMs / 1000) * 1000, tookMs });
  return { clock, time, hear };
}

test('an approximately correct host clock is used, to the millisecond', () => {
  const { clock, time, hear } = host(700);
  for (; clock.realMs < noon + 5_000; clock.realMs += 333) expect(hear()).toBeUndefined();
  expect(time.now()).toBe(clock.realMs + 700);
});

test('a host whose clock is an hour off follows the origin’s, steadily', () => {
  const { clock, time, hear } = host(-hourMs);
  expect(hear()).toBe(-hourMs - 500);
  const correctedMs = time.now() - clock.realMs;
  expect(Math.abs(correctedMs)).toBeLessThanOrEqual(500);
  for (; clock.realMs < noon + 60_000; clock.realMs += 777) {
    expect(hear()).toBeUndefined();
    expect(time.now() - clock.realMs).toBe(correctedMs);
  }
});

test('a jumping clock is followed, and a corrected one trusted again', () => {
  const { clock, time, hear } = host(hourMs);
  hear();
  clock.offMs = -hourMs;
  expect(hear()).toBe(-hourMs - 500);
  clock.offMs = 3;
  expect(hear()).toBe(0);
  expect(time.now()).toBe(clock.realMs + 3);
});

test('a slow response is ignored', () => {
  const { clock, time } = host(0);
  expect(time.heard({ dateMs: noon - 10_000, tookMs: 10_000 })).toBeUndefined();
  expect(time.now()).toBe(clock.realMs);
});
