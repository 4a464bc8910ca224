import { expect, test } from '@jest/globals';
import { firstShown } from '../../../../../lib/encoder/encoding/policy/feed/first-shown.ts';
import type { StreamTag } from '../../../../../lib/encoder/policy/stream-tag.ts';

function picture(streamMs: number, laterMs: number, keyframe = false): StreamTag {
  const payload = Buffer.from([keyframe ? 0x17 : 0x27, 1, 0, 0, 0, 1]);
  payload.writeIntBE(laterMs, 2, 3);
  return { type: 'video', streamMs, payload, keyframe };
}
const sound: StreamTag = { type: 'audio', streamMs: 0, payload: Buffer.from([0xaf, 1, 0]), keyframe: false };

test('a run begins with its first picture, whichever are presented before that', () => {
  const openGop = [picture(1_000, 100, true), picture(1_033, 0), picture(1_066, 0), picture(1_100, 100)];
  expect(firstShown([sound, ...openGop], 1_000)).toEqual({ decodedMs: 1_000, presentedMs: 1_100 });
});

test('a run that is decoded from an earlier key frame on is as much later as that is', () => {
  const tags = [picture(1_900, 66, true), picture(1_933, 133), picture(1_966, 0), picture(2_000, 0)];
  expect(firstShown(tags, 2_000)).toEqual({ decodedMs: 2_000, presentedMs: 2_066 });
  expect(firstShown(tags, 2_010)).toBeUndefined();
});

test('a picture that is not shown is not the first', () => {
  const hidden: StreamTag = { ...picture(2_000, 66, true), hidden: true };
  expect(firstShown([hidden], 2_000)).toBeUndefined();
});
