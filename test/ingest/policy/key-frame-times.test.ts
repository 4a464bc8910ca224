import { expect, test } from '@jest/globals';
import { keyFrameTimes } from '../../../lib/ingest/policy/key-frame-times.ts';
import { mostKeyFrames } from '../../../lib/protocol/relay/link-frames.ts';

test('what a worker says replaces what it said before', () => {
  expect(keyFrameTimes([7000, 7500, 8000], [7500, 8000, 8500])).toEqual([7500, 8000, 8500]);
});

test('what an earlier worker had out beyond that is kept until the next one has passed it', () => {
  const after = keyFrameTimes([7000, 7500, 8000], [6000, 6500, 7000]);
  expect(after).toEqual([6000, 6500, 7000, 7500, 8000]);
  expect(keyFrameTimes(after, [7000, 7500, 8000])).toEqual([7000, 7500, 8000]);
});

test('there are never more than a hello takes, and the furthest stay', () => {
  const known = Array.from({ length: mostKeyFrames }, (_, index) => 10_000 + index * 200);
  const times = keyFrameTimes(known, [200, 400]);
  expect(times).toHaveLength(mostKeyFrames);
  expect(times.at(-1)).toBe(known.at(-1));
});
