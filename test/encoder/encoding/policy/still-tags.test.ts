import { expect, test } from '@jest/globals';
import { stillTags } from '../../../../lib/encoder/encoding/policy/still-tags.ts';
import { TagHistory } from '../../../../lib/encoder/encoding/policy/tag-history.ts';

const silence = Buffer.from([0xaf, 1, 0]);

function history(): TagHistory {
  const history = new TagHistory();
  history.push({ type: 'video', streamMs: 1_000, payload: Buffer.from('key'), keyframe: true });
  history.push({ type: 'video', streamMs: 1_033, payload: Buffer.from('other'), keyframe: false });
  history.push({ type: 'audio', streamMs: 1_050, payload: Buffer.from('sound'), keyframe: false });
  return history;
}

test('the last decodable picture is repeated, with silence, until both tracks are past the end', () => {
  const tags = stillTags(history(), 1_200, { silence, audioFrameMs: 21.3 });
  const video = tags.filter(({ type }) => type === 'video');
  const audio = tags.filter(({ type }) => type === 'audio');
  expect(video.map(({ streamMs }) => streamMs)).toEqual([1_133, 1_233]);
  expect(video.every(({ payload, keyframe }) => keyframe && payload.toString() === 'key')).toBe(true);
  expect(audio[0]).toEqual({ type: 'audio', streamMs: 1_071, payload: silence, keyframe: false });
  expect(audio.at(-1)!.streamMs).toBeGreaterThanOrEqual(1_200);
});

test('nothing is added if there was neither picture nor sound', () => {
  expect(stillTags(new TagHistory(), 1_200, { silence: undefined, audioFrameMs: 21 })).toEqual([]);
});
