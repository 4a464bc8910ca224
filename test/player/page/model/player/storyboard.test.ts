import { describe, expect, test } from '@jest/globals';
import { storyboardText } from '../../../../../lib/packaging/storyboard/webvtt.ts';
import {
  hasClock,
  pictureAt,
  storyboardStartMs,
  storyboardUrl,
  streamSecondsAt,
} from '../../../../../lib/player/page/model/player/storyboard.ts';

const cues = [
  { startTime: 0, endTime: 10, text: 'storyboard-0.jpg#xywh=0,0,160,90' },
  { startTime: 10, endTime: 20, text: 'storyboard-0.jpg#xywh=160,0,160,90' },
  { startTime: 20, endTime: 30, text: 'storyboard-1.jpg#xywh=0,0,160,90\n' },
];
const url = 'https://edge.example/local/~token/s1/b1/storyboard.vtt';

describe('a storyboard', () => {
  test('is beside the manifest, with its playback token', () => {
    expect(storyboardUrl('https://edge.example/local/~token/s1/b1/manifest.mpd')).toBe(url);
  });

  test('has the picture of the cue at a time, with the token of its own address', () => {
    expect(pictureAt(cues, 12, url)).toEqual({
      url: 'https://edge.example/local/~token/s1/b1/storyboard-0.jpg',
      x: 160,
      y: 0,
      width: 160,
      height: 90,
    });
  });

  test('shows its last picture for what came since, and its first for what was before', () => {
    expect(pictureAt(cues, 33, url)?.url).toMatch(/storyboard-1\.jpg$/);
    expect(pictureAt(cues.slice(1), 3, url)?.x).toBe(160);
  });

  test.each([
    '',
    'sprite.jpg',
    'sprite.jpg#t=3',
    'sprite.jpg#xywh=percent:0,0,10,10',
    'sprite.jpg#xywh=0,0,0,0',
  ])('shows nothing for a cue that names no part of a picture: %j', (text) => {
    expect(pictureAt([{ startTime: 0, endTime: 1, text }], 0, url)).toBeUndefined();
  });
});

describe('where a picture is', () => {
  const note =
    'WEBVTT\n\nNOTE 0 is 2026-11-27T12:00:00.500Z\n\n00:00:00.000 --> 00:00:04.000\ns.jpg#xywh=0,0,1,1\n';
  const startedAtMs = storyboardStartMs(note);

  test('is told by stream time in DASH and recordings', () => {
    expect(streamSecondsAt(12, { streamStart: 2 }, undefined)).toBe(10);
    expect(hasClock({ streamStart: 0 })).toBe(true);
  });

  test('is told by the clock in live HLS, which counts from the first playlist that a player saw', () => {
    const clockStartMs = Date.parse('2026-11-27T12:10:00.500Z');
    expect(streamSecondsAt(3, { clockStartMs }, startedAtMs)).toBe(603);
    expect(hasClock({ clockStartMs })).toBe(true);
  });

  test('isn’t told without either', () => {
    expect(streamSecondsAt(3, {}, startedAtMs)).toBeUndefined();
    expect(streamSecondsAt(3, { clockStartMs: 5 }, storyboardStartMs('WEBVTT\n'))).toBeUndefined();
    expect(hasClock({})).toBe(false);
  });
});

test('what a storyboard of ours says of its beginning is read', () => {
  const text = storyboardText({ startedAtMs: 1_764_244_800_123, sprites: [], address: () => '' });
  expect(storyboardStartMs(text)).toBe(1_764_244_800_123);
});
