import { expect, test } from '@jest/globals';
import { capturedAtMs, clockStrip } from '../../../testkit/media/picture-clock.ts';

/** The blocks of a picture captured at this time. */
function cellsAt(ms: number): number[] {
  const bits = clockStrip.columns - 2;
  const tick = Math.floor(ms / 4) % 2 ** bits;
  const code = tick ^ (tick >>> 1);
  return [235, 16, ...Array.from({ length: bits }, (_, at) => ((code >>> (bits - 1 - at)) & 1 ? 235 : 16))];
}

const nowMs = Date.parse('2026-11-27T12:00:00Z');

test.each([0, 3, 2_000, 65_537, 400_000, 1_000_000])('a picture of %d ms ago is read to 4 ms', (agoMs) => {
  const read = capturedAtMs(cellsAt(nowMs - agoMs), nowMs) ?? Number.NaN;
  expect(Math.abs(read - (nowMs - agoMs))).toBeLessThanOrEqual(4);
});

test('a picture without a clock has no time', () => {
  expect(
    capturedAtMs(
      Array.from({ length: clockStrip.columns }, () => 128),
      nowMs,
    ),
  ).toBeUndefined();
  expect(
    capturedAtMs(
      cellsAt(nowMs).map((cell) => 251 - cell),
      nowMs,
    ),
  ).toBeUndefined();
  expect(capturedAtMs([], nowMs)).toBeUndefined();
});
