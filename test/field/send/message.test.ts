import { expect, test } from '@jest/globals';
import { clockJumps, inRealTime, paused, stalled } from '../../../field/send/message.ts';
import type { ClipTag } from '../../../field/source/clip.ts';

const tag = (type: ClipTag['type'], timestampMs: number, packetType = 1): ClipTag => ({
  type,
  timestampMs,
  payload: Buffer.of(type === 'video' ? 0x27 : 0xaf, packetType),
});
const tags = [
  tag('video', 0, 0),
  tag('audio', 0, 0),
  ...[0, 40, 80, 120].flatMap((ms) => [tag('video', ms), tag('audio', ms)]),
];
const media = inRealTime(tags).slice(2);

test('a late track is sent late with its own timestamps; headers are not', () => {
  const late = inRealTime(tags, ({ type }) => (type === 'audio' ? 100 : 0));
  expect(late.slice(0, 2).map(({ atMs }) => atMs)).toEqual([0, 0]);
  expect(
    late.filter(({ typeId }) => typeId === 8).map(({ atMs, timestampMs }) => [atMs, timestampMs]),
  ).toEqual([
    [0, 0],
    [100, 0],
    [140, 40],
    [180, 80],
    [220, 120],
  ]);
  expect(late.map(({ atMs }) => atMs)).toEqual(late.map(({ atMs }) => atMs).sort((a, b) => a - b));
});

test('a stall sends its backlog at once, in order', () => {
  expect(stalled(media, 40, 120).map(({ atMs, timestampMs }) => [atMs, timestampMs])).toEqual(
    [0, 0, 40, 40, 80, 80, 120, 120].map((ms) => [ms === 0 ? 0 : 120, ms]),
  );
});

test('a paused clock delays what is sent, not its timestamps', () => {
  expect(paused(media, 80, 1000).map(({ atMs }) => atMs)).toEqual([0, 0, 40, 40, 1080, 1080, 1120, 1120]);
  expect(paused(media, 80, 1000).map(({ timestampMs }) => timestampMs)).toEqual(
    media.map((one) => one.timestampMs),
  );
});

test('a jump of the clock changes timestamps, not when they are sent', () => {
  const jumped = clockJumps(media, 80, -80);
  expect(jumped.map(({ timestampMs }) => timestampMs)).toEqual([0, 0, 40, 40, 0, 0, 40, 40]);
  expect(jumped.map(({ atMs }) => atMs)).toEqual(media.map(({ atMs }) => atMs));
});
