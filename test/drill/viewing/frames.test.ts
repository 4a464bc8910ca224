import { expect, test } from '@jest/globals';
import { frameRate, framesOfSession, secondsOfLoop } from '../../../drill/rig/frame-numbers.ts';
import { countFrames } from '../../../drill/viewing/frames.ts';

const run = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
const second = framesOfSession;

test('frames that each arrive once and in order are no fault', () => {
  const count = countFrames(run(0, 300), new Map([[0, 300]]));
  expect(count).toMatchObject({ lost: 0, doubled: 0, outOfOrder: 0, filler: 0, unreadable: 0 });
  expect(count.bySession).toEqual(new Map([[0, 300]]));
});

test('frames missing at the front, inside and at the end are lost', () => {
  const shown = [...run(2, 100), ...run(103, 290)];
  expect(countFrames(shown, new Map([[0, 300]])).lost).toBe(2 + 3 + 10);
});

test('a session that was cut off ends at its last frame', () => {
  expect(countFrames([...run(0, 77), ...run(second, second + 60)], new Map([[1, 60]])).lost).toBe(0);
});

test('a session of which nothing arrived is lost as a whole', () => {
  expect(countFrames(run(0, 60), new Map([[1, 90]])).lost).toBe(90);
});

test('a replay that is shown again is duplicated, not filler', () => {
  expect(countFrames([...run(0, 60), ...run(50, 90)])).toMatchObject({ doubled: 10, filler: 0, lost: 0 });
});

test('one picture shown twice is duplicated', () => {
  expect(countFrames([...run(0, 60), 59, ...run(60, 90)])).toMatchObject({ doubled: 1, filler: 0 });
});

test('one picture repeated until real ones arrive is filler, even if from an earlier key frame', () => {
  const shown = [...run(0, 75), ...Array.from({ length: 20 }, () => 60), ...run(second, second + 30)];
  expect(countFrames(shown)).toMatchObject({ doubled: 0, filler: 20, lost: 0, outOfOrder: 0 });
});

test('a frame that arrives after a later one is out of order, not lost', () => {
  expect(countFrames([0, 1, 3, 2, 4])).toMatchObject({ outOfOrder: 1, lost: 0, doubled: 0 });
});

test('pictures without a number are counted separately', () => {
  expect(countFrames([0, 1, -1, -1, 2])).toMatchObject({ unreadable: 2, lost: 0, doubled: 0 });
});

test('a recording that begins again goes on counting', () => {
  const loop = secondsOfLoop * frameRate;
  const shown = [...run(0, loop), ...run(0, 200), ...run(203, loop), ...run(0, 60), ...run(50, 90)];
  const count = countFrames(shown, new Map([[0, 2 * loop + 90]]));
  expect(count).toMatchObject({ lost: 3, doubled: 10, outOfOrder: 0 });
});
