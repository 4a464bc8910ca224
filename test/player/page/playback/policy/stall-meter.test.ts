import { expect, test } from '@jest/globals';
import { StallMeter } from '../../../../../lib/player/page/playback/policy/stall-meter.ts';

function playing(): StallMeter {
  const meter = new StallMeter();
  meter.loading();
  meter.buffering(true, 0);
  meter.buffering(false, 900);
  meter.playing();
  return meter;
}

test('a start is no wait', () => {
  expect(playing().totalMs(10_000)).toBe(0);
});

test('waits add up, and one under way counts up to now', () => {
  const meter = playing();
  meter.buffering(true, 10_000);
  meter.buffering(false, 10_400);
  meter.buffering(true, 20_000);
  expect(meter.totalMs(20_100)).toBe(500);
});

test('nor is what follows a jump of the viewer', () => {
  const meter = playing();
  meter.moved(30_000);
  meter.buffering(true, 30_200);
  meter.buffering(false, 31_000);
  expect(meter.totalMs(40_000)).toBe(0);
});

test('who pauses while waiting waits no more', () => {
  const meter = playing();
  meter.buffering(true, 10_000);
  meter.moved(10_300);
  expect(meter.totalMs(60_000)).toBe(300);
});

test('what is loaded anew starts anew, and keeps the sum', () => {
  const meter = playing();
  meter.buffering(true, 10_000);
  meter.buffering(false, 10_400);
  meter.loading();
  meter.buffering(true, 20_000);
  expect(meter.totalMs(25_000)).toBe(400);
});

test('who waits goes on waiting while it is loaded again', () => {
  const meter = playing();
  meter.buffering(true, 10_000);
  meter.loading();
  expect(meter.totalMs(15_000)).toBe(5_000);
  meter.buffering(true, 15_100);
  meter.buffering(false, 16_000);
  expect(meter.totalMs(30_000)).toBe(6_000);
});
