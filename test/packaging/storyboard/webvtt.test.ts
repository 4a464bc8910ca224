import { expect, test } from '@jest/globals';
import { namedSprites, storyboardText } from '../../../lib/packaging/storyboard/webvtt.ts';

const sprite = { epoch: 1, width: 256, height: 144 };
const model = {
  startedAtMs: Date.UTC(2026, 10, 27, 18),
  sprites: [
    { ...sprite, from: 0, count: 2 },
    { ...sprite, from: 899, count: 2, width: 144, height: 256 },
  ],
  address: ({ from }: { from: number }) => `b/storyboard-${from}.jpg`,
};

test('a storyboard has a cue for each picture, with hours where they are needed, and nothing for those that are missing', () => {
  expect(storyboardText(model)).toBe(`WEBVTT

NOTE 0 is 2026-11-27T18:00:00.000Z

00:00:00.000 --> 00:00:04.000
b/storyboard-0.jpg#xywh=0,0,256,144

00:00:04.000 --> 00:00:08.000
b/storyboard-0.jpg#xywh=0,144,256,144

00:59:56.000 --> 01:00:00.000
b/storyboard-899.jpg#xywh=0,0,144,256

01:00:00.000 --> 01:00:04.000
b/storyboard-899.jpg#xywh=0,256,144,256

`);
});

test('another worker reads the sprites back from it', () => {
  expect(namedSprites(storyboardText(model))).toEqual([
    { name: 'storyboard-0.jpg', width: 256, height: 144 },
    { name: 'storyboard-899.jpg', width: 144, height: 256 },
  ]);
  expect(namedSprites('')).toEqual([]);
});
