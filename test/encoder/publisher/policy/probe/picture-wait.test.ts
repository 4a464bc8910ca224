import { describe, expect, test } from '@jest/globals';
import {
  announcedTracks,
  pictureWaitMs,
} from '../../../../../lib/encoder/publisher/policy/probe/picture-wait.ts';

describe('what a publisher announces', () => {
  test.each([
    ['ffmpeg with pictures', { duration: 0, width: 1280, videocodecid: 7, audiocodecid: 10 }, 'pictures'],
    ['an encoder that names its codec by FourCC', { videocodecid: 'avc1', audiocodecid: 'mp4a' }, 'pictures'],
    ['ffmpeg -vn', { duration: 0, audiodatarate: 128, stereo: true, audiocodecid: 10 }, 'sound-alone'],
    [
      'an encoder that writes zeros',
      { width: 0, height: 0, videocodecid: 0, audiocodecid: 10 },
      'sound-alone',
    ],
    ['one that names nothing but itself', { encoder: 'Lavf60' }, undefined],
  ])('%s', (_, data, tracks) => {
    expect(announcedTracks(data)).toBe(tracks);
  });
});

test('sound waits longest for announced pictures, and not at all where there have been none', () => {
  const waits = [
    pictureWaitMs(undefined, 'sound-alone'),
    pictureWaitMs('sound-alone', 'nothing'),
    pictureWaitMs(undefined, 'nothing'),
    pictureWaitMs('pictures', 'nothing'),
  ];
  expect(waits[0]).toBe(0);
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(new Set(waits).size).toBe(4);
});
